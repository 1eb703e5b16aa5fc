import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findForeignObjects } from '../../../plugin/install/remove/foreign-objects.ts';
import { ApiError, type Kube } from '../../../shared/kube/kube.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

/** An API server with these objects by resource; `forbidden` ones may not be listed. */
function cluster(objects: Readonly<Record<string, readonly object[] | 'forbidden'>>): Kube {
  return {
    ...fakeKube(),
    async request({ path }) {
      const items = objects[path.split('/').at(-1) ?? ''] ?? [];
      if (items === 'forbidden') throw new ApiError({ code: 403, reason: 'Forbidden', message: 'forbidden' });
      return { metadata: {}, items };
    },
  };
}

const named = (name: string, labels: object = {}) => ({ metadata: { name, labels } });
const find = (objects: Parameters<typeof cluster>[0]) =>
  findForeignObjects(cluster(objects), new AbortController().signal);

describe('foreign objects in the namespace', () => {
  it('do not include objects of the webhook and of Kubernetes', async () => {
    const found = await find({
      deployments: [named('kubectl-zone-webhook', { 'app.kubernetes.io/part-of': 'kubectl-zone' })],
      pods: [named('kubectl-zone-webhook-x', { 'app.kubernetes.io/name': 'kubectl-zone-webhook' })],
      secrets: [
        named('kubectl-zone-webhook-tls'),
        { ...named('token'), type: 'kubernetes.io/service-account-token' },
      ],
      configmaps: [named('kube-root-ca.crt')],
    });
    assert.deepEqual(found, []);
  });

  it('are all others, and kinds that may not be listed', async () => {
    const found = await find({
      configmaps: [named('mine')],
      secrets: 'forbidden',
      pods: [named('agent', { 'app.kubernetes.io/part-of': 'else' })],
    });
    assert.deepEqual(found, ['pod/agent', 'configmap/mine', 'secrets that cannot be listed (no permission)']);
  });
});
