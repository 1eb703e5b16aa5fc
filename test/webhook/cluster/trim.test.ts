import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Kube } from '../../../shared/kube/kube.ts';
import { readPodRecord } from '../../../webhook/cluster/pod-record.ts';
import { trimmingPods } from '../../../webhook/cluster/trim.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

/** A pod as large as those of a real cluster in the fields that nobody asks for. */
function podObject(change: { phase?: string; ready?: string; terminating?: boolean; nodeName?: string }) {
  return {
    metadata: {
      name: 'db-0',
      namespace: 'default',
      uid: 'u',
      resourceVersion: '7',
      labels: { app: 'db' },
      annotations: { huge: 'x'.repeat(1_000) },
      managedFields: [{ manager: 'kubelet', fieldsV1: { 'f:status': {} } }],
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'set', controller: true },
      ],
      ...(change.terminating && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: { containers: [{ name: 'main', image: 'app:v1' }], nodeName: change.nodeName },
    status: {
      phase: change.phase ?? 'Running',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: change.ready ?? 'True' },
      ],
      containerStatuses: [{ name: 'main', ready: true, restartCount: 0 }],
    },
  };
}

const listing = (items: readonly unknown[]): Kube => ({
  ...fakeKube(),
  serverNowMs: () => 17,
  request: async () => ({ metadata: { resourceVersion: '9', continue: 'more' }, items }),
});

describe('the pods that the webhook keeps', () => {
  const every = [
    podObject({ nodeName: 'node-a' }),
    podObject({ ready: 'False' }),
    podObject({ terminating: true }),
    podObject({ phase: 'Succeeded', ready: 'False' }),
    podObject({ phase: 'Failed' }),
    podObject({ phase: 'Pending' }),
  ];

  it('tell available from terminating and ended ones', () => {
    assert.deepEqual(
      every
        .map(readPodRecord)
        .map(({ available, terminating, terminal, node }) => [available, terminating, terminal, node]),
      [
        [true, false, false, 'node-a'],
        [false, false, false, undefined],
        [false, true, false, undefined],
        [false, false, true, undefined],
        [false, false, true, undefined],
        [false, false, false, undefined],
      ],
    );
    const { controller, labels } = readPodRecord(every[0]);
    assert.deepEqual(controller, { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'set' });
    assert.deepEqual(labels, { app: 'db' });
  });

  it('are the same from a trimmed list, which is a fraction of it', async () => {
    const trimmed = (await trimmingPods(listing(every)).request({ method: 'GET', path: '/pods' })) as {
      metadata: object;
      items: unknown[];
    };
    assert.deepEqual(trimmed.metadata, { resourceVersion: '9', continue: 'more' });
    assert.deepEqual(trimmed.items.map(readPodRecord), every.map(readPodRecord));
    assert.ok(JSON.stringify(trimmed).length < JSON.stringify(every).length / 3);
    for (const item of trimmed.items) {
      assert.doesNotMatch(JSON.stringify(item), /managedFields|annotations|containers|PodScheduled/);
    }
  });

  it('leave a malformed pod for the reader to refuse', async () => {
    const nameless = { ...podObject({}), metadata: { uid: 'u' } };
    const answer = await trimmingPods(listing([nameless])).request({ method: 'GET', path: '/pods' });
    assert.throws(() => readPodRecord((answer as { items: unknown[] }).items[0]), /metadata.name/);
  });

  it('pass the clock and the connection through', async () => {
    const kube = trimmingPods(listing([]));
    assert.equal(kube.serverNowMs(), 17);
    assert.equal(kube.server, 'https://fake');
  });
});
