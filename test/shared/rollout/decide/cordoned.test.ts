import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Node, readNode } from '../../../../shared/kube/objects.ts';
import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { describeCordoned } from '../../../../shared/rollout/decide/cordoned.ts';

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

  describe('with managedFields', () => {
    const node = (name: string, ...managers: readonly unknown[]) => {
      const metadata = { name, labels: { [ZONE_LABEL]: 'zone-a' }, managedFields: managers };
      return [name, readNode({ metadata, spec: { unschedulable: true } })] as const;
    };
    const cordon = (manager: string, time?: string) => ({
      manager,
      time,
      operation: 'Update',
      fieldsV1: { 'f:spec': { 'f:unschedulable': {} } },
    });

    it('name who has cordoned them, the last one of each node', () => {
      const label = { manager: 'kubelet', fieldsV1: { 'f:metadata': {} }, time: '2026-03-02T00:00:00Z' };
      const early = cordon('karpenter', '2026-02-28T00:00:00Z');
      const a = node('a-1', label, early, cordon('kubectl-cordon', '2026-03-01T09:00:00Z'));
      assert.equal(
        describeCordoned(new Map([a, node('a-2', cordon('kubectl-patch'))])),
        'cordoned: zone-a: a-1, a-2, by kubectl-cordon at 2026-03-01T09:00:00Z, kubectl-patch (kubectl uncordon a-1)',
      );
    });

    it('of any shape are bounded and cleaned', () => {
      const hostile = cordon(`\u001b[2J${'x'.repeat(10_000)}`, 'no time');
      assert.equal(
        describeCordoned(new Map([node('a-1', null, 7, { manager: {} }, { fieldsV1: [] }, hostile)])),
        `cordoned: zone-a: a-1, by ?[2J${'x'.repeat(60)} (kubectl uncordon a-1)`,
      );
    });
  });
});
