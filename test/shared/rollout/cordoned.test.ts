import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Node, readNode } from '../../../shared/kube/objects.ts';
import { describeCordoned } from '../../../shared/rollout/cordoned.ts';
import { ZONE_LABEL } from '../../../shared/zones.ts';

const nodes = (...list: readonly (readonly [name: string, zone: string | undefined, cordoned: boolean])[]) =>
  new Map<string, Node>(
    list.map(([name, zone, unschedulable]) => {
      const labels = zone === undefined ? {} : { [ZONE_LABEL]: zone };
      const metadata = { name, uid: name, resourceVersion: '1', labels };
      return [name, readNode({ metadata, spec: { unschedulable } })];
    }),
  );

describe('cordoned nodes', () => {
  it('are named by zone, with what lets them take pods again', () => {
    const some = nodes(['b-2', 'zone-b', true], ['a-1', 'zone-a', false], ['b-1', 'zone-b', true]);
    assert.equal(describeCordoned(some), 'cordoned: zone-b: b-1, b-2 (kubectl uncordon b-1)');
    assert.equal(
      describeCordoned(nodes(['x', undefined, true])),
      'cordoned: no zone: x (kubectl uncordon x)',
    );
  });

  it('are not mentioned where there are none, or nodes may not be read', () => {
    assert.equal(describeCordoned(nodes(['a-1', 'zone-a', false])), undefined);
    assert.equal(describeCordoned(undefined), undefined);
  });
});
