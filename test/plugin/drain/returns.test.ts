import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import { Returns } from '../../../plugin/drain/returns.ts';

const record = (uid: string, terminating = false) =>
  readDrainRecord({
    metadata: {
      name: uid,
      namespace: 'storage',
      uid,
      ...(terminating && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ownerReferences: [
        { apiVersion: 'x/v1', kind: 'Manager', name: 'manager', uid: 'owner', controller: true },
      ],
    },
    spec: { nodeName: 'node-1', containers: [] },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  });
const node = { name: 'node-1', cordoned: true };

describe('pods that come back to a cordoned node', () => {
  it('stay after all pods of their owner were evicted twice', () => {
    const returns = new Returns();
    assert.deepEqual([...returns.look(node, [record('a1'), record('b1')])], []);
    assert.deepEqual(
      [...returns.look(node, [record('a1', true), record('b1', true), record('a2'), record('b2')])],
      [],
    );
    assert.deepEqual([...returns.look(node, [record('a2', true), record('b2'), record('a3')])], ['a3']);
    assert.deepEqual([...returns.look(node, [record('a3'), record('b3')])], ['a3', 'b3']);
  });

  it('are counted anew where the node was uncordoned', () => {
    const returns = new Returns();
    returns.look(node, [record('a1')]);
    returns.look(node, [record('a2')]);
    assert.deepEqual([...returns.look({ ...node, cordoned: false }, [record('a3')])], []);
    assert.deepEqual([...returns.look(node, [record('a3')])], []);
  });
});
