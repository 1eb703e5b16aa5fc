import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Cordons, uncordonAll } from '../../../plugin/drain/cordon.ts';
import { readNode } from '../../../shared/kube/objects.ts';
import { apiError, type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';

const NODES = '/api/v1/nodes';

describe('cordoning', () => {
  let kube: FakeKube;
  let cordoned: string[];

  beforeEach(() => {
    kube = fakeKube();
    cordoned = [];
    for (const name of ['node-1', 'node-2']) kube.put(NODES, { metadata: { name }, spec: { podCIDR: 'x' } });
  });
  const node = (name: string) => readNode(kube.get(NODES, name));

  it('changes one field, and knows what it has done before a watch shows it', async () => {
    const before = node('node-1');
    const cordons = new Cordons(kube);
    await cordons.cordon(['node-1'], (name) => cordoned.push(name));
    assert.deepEqual(kube.get(NODES, 'node-1')?.spec, { podCIDR: 'x', unschedulable: true });
    assert.equal(kube.requests[0]?.patch, 'strategic');
    assert.deepEqual(cordoned, ['node-1']);
    assert.equal(cordons.isCordoned(before), true);
    assert.equal(cordons.isCordoned(node('node-2')), false);
  });

  it('sees that somebody has uncordoned the node since', async () => {
    const cordons = new Cordons(kube);
    await cordons.cordon(['node-1'], () => {});
    assert.deepEqual(await uncordonAll(kube, ['node-1']), []);
    assert.deepEqual(kube.get(NODES, 'node-1')?.spec, { podCIDR: 'x' });
    assert.equal(cordons.isCordoned(node('node-1')), false);
  });

  it('does not mind a node that is gone', async () => {
    const cordons = new Cordons(kube);
    await cordons.cordon(['node-9', 'node-1'], (name) => cordoned.push(name));
    assert.deepEqual(cordons.names, ['node-1']);
    assert.deepEqual(await uncordonAll(kube, ['node-9']), []);
  });

  it('fails after all others have been cordoned', async () => {
    kube.before = ({ path }) => {
      if (path.endsWith('node-1')) throw apiError(500, 'InternalError');
    };
    const cordons = new Cordons(kube);
    await assert.rejects(
      cordons.cordon(['node-1', 'node-2'], (name) => cordoned.push(name)),
      /InternalError/,
    );
    assert.deepEqual(cordons.names, ['node-2']);
    assert.deepEqual(await uncordonAll(kube, ['node-1', 'node-2']), [
      { node: 'node-1', reason: 'InternalError happened' },
    ]);
  });
});
