import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNames } from '../../../plugin/completion/find-names.ts';
import type { ClusterQuestion } from '../../../plugin/completion/question.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';

const IN_DEFAULT = '/namespaces/default';
const names = (kube: FakeKube, question: ClusterQuestion) =>
  findNames(kube, question, new AbortController().signal);

function node(name: string, zone: string | undefined, unschedulable = false) {
  const labels = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
  return { metadata: { name, labels }, spec: { unschedulable } };
}

describe('names that a cluster knows', () => {
  it('are those of nodes, and of the zones that they are in', async () => {
    const kube = fakeKube();
    kube.put('/api/v1/nodes', node('a1', 'zone-a'));
    kube.put('/api/v1/nodes', node('a2', 'zone-a', true));
    kube.put('/api/v1/nodes', node('lost', undefined));
    assert.deepEqual(await names(kube, { kind: 'nodes' }), [
      { name: 'a1', about: 'zone-a' },
      { name: 'a2', about: 'zone-a, cordoned' },
      { name: 'lost', about: 'no zone' },
    ]);
    assert.deepEqual(await names(kube, { kind: 'zones' }), [{ name: 'zone-a', about: '2 nodes' }]);
  });

  it('are those of workloads, pods, budgets, Services and namespaces, with a few words about each', async () => {
    const kube = fakeKube();
    kube.put(`/apis/apps/v1${IN_DEFAULT}/statefulsets`, {
      metadata: { name: 'ingester' },
      spec: { replicas: 3 },
      status: { readyReplicas: 2 },
    });
    kube.put(`/api/v1${IN_DEFAULT}/pods`, { metadata: { name: 'ingester-0' }, status: { phase: 'Running' } });
    kube.put(`/apis/zonecontrol.k8s.aws/v1${IN_DEFAULT}/zonedisruptionbudgets`, {
      metadata: { name: 'ingester' },
      spec: { maxUnavailable: '33%' },
    });
    kube.put('/api/v1/namespaces/monitoring/services', {
      metadata: { name: 'prom' },
      spec: { ports: [{ port: 9090, name: 'http' }, { port: 80 }] },
    });
    kube.put('/api/v1/namespaces', { metadata: { name: 'going' }, status: { phase: 'Terminating' } });
    assert.deepEqual(await names(kube, { kind: 'workloads', of: 'statefulset' }), [
      { name: 'ingester', about: '2 of 3 pods ready' },
    ]);
    assert.deepEqual(await names(kube, { kind: 'workloads', of: 'deployment' }), []);
    assert.deepEqual(await names(kube, { kind: 'pods' }), [{ name: 'ingester-0', about: 'Running' }]);
    assert.deepEqual(await names(kube, { kind: 'budgets' }), [
      { name: 'ingester', about: 'max unavailable 33%' },
    ]);
    assert.deepEqual(await names(kube, { kind: 'services', namespace: 'monitoring' }), [
      { name: 'prom:9090', about: 'http' },
      { name: 'prom:80', about: '' },
    ]);
    assert.deepEqual(await names(kube, { kind: 'namespaces' }), [{ name: 'going', about: 'Terminating' }]);
  });

  it('are those of containers, init containers among them', async () => {
    const kube = fakeKube();
    const containers = [{ name: 'app', image: 'app:v1' }];
    const initContainers = [{ name: 'wait', image: 'wait:v1' }];
    kube.put(`/apis/apps/v1${IN_DEFAULT}/deployments`, {
      metadata: { name: 'web' },
      spec: { template: { spec: { containers, initContainers } } },
    });
    assert.deepEqual(await names(kube, { kind: 'containers', of: { kind: 'deployment', name: 'web' } }), [
      { name: 'app', about: 'app:v1' },
      { name: 'wait', about: 'wait:v1' },
    ]);
  });

  it('are read with one limited request, which is not repeated and changes nothing', async () => {
    const kube = fakeKube();
    const questions: ClusterQuestion[] = [
      { kind: 'namespaces' },
      { kind: 'nodes' },
      { kind: 'zones' },
      { kind: 'pods' },
      { kind: 'budgets' },
      { kind: 'workloads', of: 'statefulset' },
      { kind: 'services', namespace: 'default' },
    ];
    for (const question of questions) await names(kube, question);
    assert.deepEqual(
      kube.requests.map(({ method, query, retry }) => [method, query?.limit, retry]),
      questions.map(() => ['GET', 1000, 'never']),
    );
  });
});
