import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BudgetState,
  OwnerUnknownError,
  observeBudget,
  observePodRead,
  type PodOwner,
  rememberZones,
} from '../../../shared/budget/observe.ts';
import { readNode, readPod } from '../../../shared/kube/objects.ts';

const STATEFUL: PodOwner = {
  kind: 'StatefulSet',
  name: 'ingester',
  uid: 'set',
  replicas: 3,
  firstOrdinal: 0,
};
const DEPLOYMENT: PodOwner = {
  kind: 'ReplicaSet',
  name: 'api-7c',
  uid: 'rs',
  replicas: 2,
  firstOrdinal: undefined,
};

const NODES = new Map(
  ['a', 'b'].map((zone) => [
    `node-${zone}`,
    readNode({
      metadata: { name: `node-${zone}`, labels: { 'topology.kubernetes.io/zone': `zone-${zone}` } },
    }),
  ]),
);

function pod(name: string, ownerUid: string | undefined, change: { phase?: string; ready?: string } = {}) {
  return readPod({
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: '7',
      ...(ownerUid !== undefined && {
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: ownerUid, controller: true },
        ],
      }),
    },
    spec: { nodeName: 'node-a' },
    status: {
      phase: change.phase ?? 'Running',
      conditions: [{ type: 'Ready', status: change.ready ?? 'True' }],
    },
  });
}

function observe(change: Partial<BudgetState>) {
  return observeBudget({
    pods: [],
    owners: [],
    nodes: NODES,
    versions: { pods: '9' },
    lastZones: new Map(),
    ...change,
  });
}

describe('observeBudget', () => {
  it('names the missing pods of a StatefulSet and expects what its scale asks for', () => {
    const seen = observe({ pods: [pod('ingester-1', 'set')], owners: [STATEFUL] });
    assert.deepEqual(seen.missing, ['ingester-0', 'ingester-2']);
    assert.equal(seen.expectedReplicas, 3);
    assert.deepEqual(seen.pods, [
      { name: 'ingester-1', uid: 'uid-ingester-1', zone: 'zone-a', available: true, terminating: false },
    ]);
  });

  it('counts the missing pods of owners that choose names at random', () => {
    const seen = observe({ pods: [pod('api-7c-x', 'rs')], owners: [DEPLOYMENT] });
    assert.equal(seen.missing.length, 1);
    assert.ok(!/^[a-z0-9-]+$/.test(seen.missing[0] ?? ''), 'no pod can be called like this');
  });

  it('misses the pods of an owner of which none exists, and expects a pod without owner', () => {
    const seen = observe({ pods: [pod('alone', undefined)], owners: [STATEFUL] });
    assert.equal(seen.missing.length, 3);
    assert.equal(seen.expectedReplicas, 4);
  });

  it('refuses to count where the scale of an owner is not known', () => {
    assert.throws(
      () => observe({ pods: [pod('ingester-0', 'set')] }),
      new OwnerUnknownError('ingester-0', 'StatefulSet/ingester'),
    );
  });
});

describe('observePodRead', () => {
  it('tells available, unready and ended pods apart', () => {
    const read = (change: Parameters<typeof pod>[2]) => {
      const { available, terminal } = observePodRead(pod('ingester-0', 'set', change), NODES);
      return { available, terminal };
    };
    assert.deepEqual(read({}), { available: true, terminal: false });
    assert.deepEqual(read({ ready: 'False' }), { available: false, terminal: false });
    assert.deepEqual(read({ phase: 'Failed' }), { available: false, terminal: true });
    assert.equal(observePodRead(pod('ingester-0', 'set'), undefined).zone, undefined);
    assert.equal(observePodRead(pod('ingester-0', 'set'), NODES).resourceVersion, '7');
  });
});

describe('rememberZones', () => {
  it('keeps the zones of pods that went missing and forgets names that nobody expects', () => {
    const first = observe({ pods: [pod('ingester-0', 'set'), pod('alone', undefined)], owners: [STATEFUL] });
    const before = rememberZones(new Map(), first);
    const later = rememberZones(before, observe({ owners: [STATEFUL] }));
    assert.deepEqual(later, new Map([['ingester-0', 'zone-a']]));
  });
});
