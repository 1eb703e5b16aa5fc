import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWorkload } from '../../../../shared/budget/decide/workload.ts';

const metadata = {
  name: 'db',
  namespace: 'default',
  uid: 'u',
  ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Ring', name: 'ring', uid: 'r', controller: true }],
};

describe('readWorkload', () => {
  it('keeps what tells how many pods there should be, and which', () => {
    const template = { metadata: { labels: { app: 'db' }, annotations: { more: 'x' } }, spec: {} };
    const object = { metadata, spec: { replicas: 5, ordinals: { start: 3 }, template } };
    assert.deepEqual(readWorkload('StatefulSet', object), {
      kind: 'StatefulSet',
      name: 'db',
      namespace: 'default',
      uid: 'u',
      replicas: 5,
      templateLabels: { app: 'db' },
      controller: { apiVersion: 'example.com/v1', kind: 'Ring', name: 'ring', uid: 'r' },
      firstOrdinal: 3,
    });
  });

  it('takes the API’s defaults for what is absent or null', () => {
    for (const spec of [{}, { replicas: null, ordinals: null, template: null }, null, undefined]) {
      const { replicas, firstOrdinal, templateLabels } = readWorkload('StatefulSet', { metadata, spec });
      assert.deepEqual([replicas, firstOrdinal, templateLabels], [1, 0, {}]);
    }
    assert.equal(readWorkload('StatefulSet', { metadata, spec: { replicas: 0 } }).replicas, 0);
  });

  it('knows that only pods of a StatefulSet have numbers', () => {
    const spec = { ordinals: { start: 3 } };
    assert.equal(readWorkload('Deployment', { metadata, spec }).firstOrdinal, undefined);
    assert.equal(readWorkload('ReplicaSet', { metadata, spec }).firstOrdinal, undefined);
  });

  it('refuses a malformed one', () => {
    assert.throws(() => readWorkload('Deployment', { metadata, spec: { replicas: 'two' } }));
    assert.throws(() => readWorkload('Deployment', { metadata: {}, spec: {} }), /metadata.name/);
  });
});
