import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { surveyWorkload } from '../../../plugin/plan/survey.ts';
import { UserError } from '../../../shared/errors.ts';
import { apiError, type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const APPS = '/apis/apps/v1/namespaces/default';
const PODS = '/api/v1/namespaces/default/pods';
const SELECTOR = { matchLabels: { app: 'web' } };
const TEMPLATE = { spec: { containers: [] } };
const NOW_MS = Date.parse('2026-01-01T12:00:00Z');

function owner(kind: string, uid: string) {
  return [{ apiVersion: 'apps/v1', kind, name: 'owner', uid, controller: true }];
}

/** A Deployment with two ReplicaSets, and a foreign ReplicaSet with the same labels. */
function cluster(): FakeKube {
  const kube = fakeKube(manualClock(NOW_MS));
  kube.put(`${APPS}/deployments`, {
    metadata: { name: 'web-app', namespace: 'default', uid: 'deploy' },
    spec: { replicas: 3, selector: SELECTOR, minReadySeconds: 5, template: TEMPLATE },
  });
  for (const [name, ownerUid] of [
    ['web-app-1', 'deploy'],
    ['web-app-2', 'deploy'],
    ['other-1', 'other'],
  ] as const) {
    kube.put(`${APPS}/replicasets`, {
      metadata: { name, namespace: 'default', uid: name, ownerReferences: owner('Deployment', ownerUid) },
      spec: { replicas: 1, template: TEMPLATE },
    });
  }
  const pod = (name: string, replicaSet: string, metadata: object = {}, phase = 'Running') =>
    kube.put(PODS, {
      metadata: { name, namespace: 'default', ownerReferences: owner('ReplicaSet', replicaSet), ...metadata },
      spec: { nodeName: 'node-1', containers: [] },
      status: { phase },
    });
  pod('web-app-1-a', 'web-app-1');
  pod('web-app-2-a', 'web-app-2');
  pod('web-app-2-ended', 'web-app-2', {}, 'Failed');
  pod('web-app-1-leaving', 'web-app-1', { deletionTimestamp: '2026-01-01T12:00:00Z' });
  pod('other-1-a', 'other-1');
  kube.put('/api/v1/nodes', {
    metadata: { name: 'node-1', labels: { 'topology.kubernetes.io/zone': 'zone-a' } },
  });
  return kube;
}

describe('the survey of a Deployment', () => {
  const target = { kind: 'deployment', name: 'web-app' } as const;

  it('finds the pods of all its ReplicaSets, and no others', async () => {
    const survey = await surveyWorkload(cluster(), target);
    const { workload, observation, pods, minReadyMs, nowMs } = survey;
    assert.deepEqual(workload, { kind: 'deployment', namespace: 'default', name: 'web-app' });
    assert.deepEqual([observation.replicas, minReadyMs, nowMs], [3, 5000, NOW_MS]);
    assert.deepEqual(
      observation.pods.map(({ name, zone }) => [name, zone]),
      [
        ['web-app-1-a', 'zone-a'],
        ['web-app-2-a', 'zone-a'],
        ['web-app-1-leaving', 'zone-a'],
      ],
    );
    assert.deepEqual(pods.map(({ metadata }) => metadata.name).sort(), [
      'web-app-1-a',
      'web-app-1-leaving',
      'web-app-2-a',
      'web-app-2-ended',
    ]);
  });

  it('does not need nodes if they may not be read', async () => {
    const kube = cluster();
    kube.before = ({ path }) => {
      if (path === '/api/v1/nodes') throw apiError(403, 'Forbidden');
    };
    const { observation } = await surveyWorkload(kube, target);
    assert.deepEqual(
      observation.pods.map(({ zone }) => zone),
      [undefined, undefined, undefined],
    );
  });

  it('names the existing workloads if there is none of that name', async () => {
    await assert.rejects(surveyWorkload(cluster(), { kind: 'deployment', name: 'no-such' }), (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, 'deployment "no-such" not found in namespace "default"');
      assert.equal(error.fix, 'there is: web-app');
      return true;
    });
  });
});
