import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createPodStore, type PodStore, readDrainRecord } from '../../../plugin/drain/pod-store.ts';

const record = (
  node: string | undefined,
  ready: boolean,
  deleted = false,
  uid = 'uid-1',
  name = 'ingester-0',
) =>
  readDrainRecord({
    metadata: {
      name,
      namespace: 'cortex',
      uid,
      ...(deleted && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { nodeName: node },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  });
const REMOVED = { namespace: 'cortex', name: 'ingester-0', uid: 'uid-1' };

describe('the pods of a cluster', () => {
  let store: PodStore;

  beforeEach(() => {
    store = createPodStore(() => 'zone-a');
    store.apply('ADDED', record('node-1', true));
  });
  const on = (node: string) => [...store.onNode(node)];

  it('are found by node, also after they were scheduled', () => {
    assert.equal(on('node-1').length, 1);
    store.apply('ADDED', record(undefined, false, false, 'uid-2'));
    store.apply('MODIFIED', record('node-2', false, false, 'uid-2'));
    assert.deepEqual(
      on('node-2').map(({ uid }) => uid),
      ['uid-2'],
    );
    store.apply('DELETED', record('node-2', false, true, 'uid-2'));
    assert.deepEqual(on('node-2'), []);
  });

  it('are terminating from the moment their removal is accepted, whatever older events say', () => {
    store.leave(REMOVED);
    assert.equal(on('node-1')[0]?.terminating, true);
    assert.equal(on('node-1')[0]?.available, true, 'its deletion is not seen yet');
    store.apply('MODIFIED', record('node-1', true));
    assert.equal(on('node-1')[0]?.terminating, true);
    store.apply('MODIFIED', record('node-1', true, true));
    assert.equal(on('node-1')[0]?.available, false);
  });

  it('are not taken for their predecessors', () => {
    store.leave(REMOVED);
    store.apply('DELETED', record('node-1', true, true));
    store.apply('ADDED', record('node-1', false, false, 'uid-2'));
    assert.equal(on('node-1')[0]?.terminating, false);
    store.leave(REMOVED);
    assert.equal(on('node-1')[0]?.terminating, false);
    assert.equal(store.lastZone('cortex', 'ingester-0'), 'zone-a');
  });

  it('remember whether they have served', () => {
    store.apply('MODIFIED', record('node-1', false));
    assert.equal(on('node-1')[0]?.served, true);
    store.apply('ADDED', record('node-2', false, false, 'uid-2'));
    assert.equal(on('node-2')[0]?.served, true, 'some owners use a name again');
    store.apply('ADDED', record('node-3', false, false, 'uid-3', 'other-0'));
    assert.equal(on('node-3')[0]?.served, false);
  });
});
