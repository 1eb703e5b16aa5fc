import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readZoneDisruptionBudget } from '../../../shared/budget/budget.ts';
import { type NamespaceView, observeBudget, viewOwner } from '../../../webhook/cluster/observe.ts';
import type { ScaleRead } from '../../../webhook/cluster/owners.ts';
import { createPodIndex } from '../../../webhook/cluster/pod-index.ts';
import type { PodRecord } from '../../../webhook/cluster/pod-record.ts';
import type { Workload } from '../../../webhook/cluster/workloads.ts';

const NAMESPACE = 'default';
const budget = readZoneDisruptionBudget({
  metadata: { name: 'db', namespace: NAMESPACE },
  spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1 },
});

function workload(name: string, more: Partial<Workload> = {}): Workload {
  return {
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    replicas: 3,
    templateLabels: { app: 'db' },
    controller: undefined,
    firstOrdinal: 0,
    ...more,
  };
}

function controlledBy(kind: string, name: string, apiVersion = 'apps/v1') {
  return { apiVersion, kind, name, uid: `uid-${name}` };
}

function pod(name: string, more: Partial<PodRecord> = {}): PodRecord {
  return {
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    resourceVersion: '5',
    labels: { app: 'db' },
    controller: controlledBy('StatefulSet', 'db'),
    node: 'node-a',
    available: true,
    terminating: false,
    terminal: false,
    ...more,
  };
}

interface Given {
  pods?: readonly PodRecord[];
  gone?: readonly PodRecord[];
  statefulSets?: readonly Workload[];
  deployments?: readonly Workload[];
  replicaSets?: readonly Workload[];
  scale?: ScaleRead;
}

function view(given: Given): NamespaceView {
  const zoneOfNode = (node: string) => node.replace('node', 'zone');
  const index = createPodIndex(zoneOfNode);
  for (const each of [...(given.gone ?? []), ...(given.pods ?? [])]) index.apply('ADDED', each);
  for (const each of given.gone ?? []) index.apply('DELETED', each);
  for (const each of given.pods ?? []) index.apply('ADDED', each);
  const byKey = (all: readonly Workload[] = []) =>
    new Map(all.map((each) => [`${NAMESPACE}/${each.name}`, each]));
  return {
    pods: index.podsIn(NAMESPACE),
    vanished: index.vanished(NAMESPACE),
    lastZone: (name) => index.lastZone(NAMESPACE, name),
    zoneOfNode,
    workloads: {
      statefulSets: byKey(given.statefulSets),
      deployments: byKey(given.deployments),
      replicaSets: byKey(given.replicaSets),
      scaleOf: () => given.scale,
    },
    versions: { pods: '9', statefulsets: '8', deployments: '7', replicasets: '6' },
  };
}

function observed(given: Given) {
  const result = observeBudget(budget, view(given));
  assert.equal(result.kind, 'observed', JSON.stringify(result));
  return result.kind === 'observed' ? result.observation : assert.fail();
}

describe('what the caches show of a budget', () => {
  it('knows the missing pods of a StatefulSet by name and last zone, also when all are gone', () => {
    const gone = ['db-0', 'db-1', 'db-2'].map((name) => pod(name, { node: 'node-b' }));
    const { missing, expectedReplicas, lastZones } = observed({ gone, statefulSets: [workload('db')] });
    assert.deepEqual(missing, ['db-0', 'db-1', 'db-2']);
    assert.equal(expectedReplicas, 3);
    assert.equal(lastZones.get('db-1'), 'zone-b');
  });

  it('does not count pods beyond the replicas, and does not take them for expected', () => {
    const given = {
      pods: [pod('db-0'), pod('db-3', { available: false })],
      statefulSets: [workload('db', { replicas: 1 })],
    };
    assert.deepEqual(
      observed(given).pods.map(({ name }) => name),
      ['db-0'],
    );
    assert.deepEqual(viewOwner(pod('db-3'), view(given)), {
      expected: false,
      versions: { statefulsets: '8' },
    });
    assert.deepEqual(viewOwner(pod('db-0'), view(given)), {
      expected: true,
      versions: { statefulsets: '8' },
    });
  });

  it('takes the number of a Deployment, and a missing pod for the one that vanished last', () => {
    const controller = controlledBy('ReplicaSet', 'web-1');
    const replicaSet = workload('web-1', { controller: controlledBy('Deployment', 'web'), replicas: 99 });
    const { missing, expectedReplicas, lastZones, pods } = observed({
      pods: [
        pod('web-1-x', { controller }),
        pod('web-1-done', { controller, terminal: true, available: false }),
      ],
      gone: [pod('web-1-y', { controller, node: 'node-c' })],
      replicaSets: [replicaSet],
      deployments: [workload('web', { replicas: 2 })],
    });
    assert.deepEqual(
      [pods.map(({ name }) => name), missing, expectedReplicas],
      [['web-1-x'], ['web-1-y'], 2],
    );
    assert.equal(lastZones.get('web-1-y'), 'zone-c');
  });

  it('asks for the scale of an owner that it does not know, and says what is wrong with it', () => {
    const pods = [pod('ring-x', { controller: controlledBy('Ring', 'ring', 'example.com/v1') })];
    assert.equal(observeBudget(budget, view({ pods })).kind, 'ask');
    assert.equal(observed({ pods, scale: { kind: 'replicas', replicas: 2 } }).missing.length, 1);
    for (const [scale, words] of [
      [{ kind: 'gone' }, /ring ring, which owns ring-x, does not exist/],
      [{ kind: 'no-scale' }, /has no scale subresource/],
      [{ kind: 'failed', error: 'forbidden' }, /cannot be read: forbidden/],
    ] as const) {
      const result = observeBudget(budget, view({ pods, scale }));
      assert.match(result.kind === 'problem' ? result.reason : '', words);
    }
  });

  it('cannot count pods without an owner, or whose owner was made anew', () => {
    const orphan = observeBudget(budget, view({ pods: [pod('x', { controller: undefined })] }));
    assert.match(orphan.kind === 'problem' ? orphan.reason : '', /x has no owner/);
    const renewed = view({ pods: [pod('db-0')], statefulSets: [workload('db', { uid: 'another' })] });
    assert.equal(observeBudget(budget, renewed).kind, 'problem');
    assert.deepEqual(viewOwner(pod('db-0'), renewed), { expected: false, versions: {} });
  });

  it('leaves pods alone that the budget does not cover', () => {
    const pods = [pod('other', { labels: { app: 'other' }, controller: undefined })];
    assert.deepEqual(observed({ pods }).pods, []);
  });
});
