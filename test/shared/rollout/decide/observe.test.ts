import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Node, readNode, readPod, readStatefulSet } from '../../../../shared/kube/objects.ts';
import { podProblem } from '../../../../shared/kube/pods.ts';
import { emptyMemory, remember } from '../../../../shared/rollout/decide/memory.ts';
import { observeStatefulSet } from '../../../../shared/rollout/decide/observe.ts';
import type { InFlightPod } from '../../../../shared/rollout/decide/types.ts';
import { explainUnknownZone, podsOfUnknownZone } from '../../../../shared/rollout/decide/unknown-zone.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { CRASHING_INIT, CRASHING_SIDECAR, RUNNING_INIT } from '../../../helpers/init-pods.ts';

const ZONE = 'topology.kubernetes.io/zone';
const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: 'set', controller: true };

function statefulSet(spec: object = {}, status: object = {}) {
  return readStatefulSet({
    metadata: { name: 'ingester', namespace: 'default', uid: 'set', generation: 3 },
    spec: { replicas: 2, selector: {}, template: { spec: { containers: [] } }, ...spec },
    status: { observedGeneration: 3, updateRevision: 'ingester-new', ...status },
  });
}

function rawPod(name: string, change: { metadata?: object; spec?: object; status?: object } = {}) {
  return {
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      labels: { 'controller-revision-hash': 'ingester-old' },
      ownerReferences: [owner],
      ...change.metadata,
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'app:v1' }], ...change.spec },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      ...change.status,
    },
  };
}

function node(name: string, zone: string | undefined): [string, Node] {
  return [name, readNode({ metadata: { name, labels: zone === undefined ? {} : { [ZONE]: zone } } })];
}

const nodes = new Map([node('node-1', 'zone-a'), node('node-2', undefined), node('node-3', '')]);

describe('observing a StatefulSet', () => {
  it('25: pods that only carry the labels, and belong to somebody else, do not count', () => {
    const foreign = [
      rawPod('ingester-1', { metadata: { ownerReferences: [{ ...owner, uid: 'another set' }] } }),
      rawPod('ingester-7', { metadata: { ownerReferences: [] } }),
      rawPod('ingester-8', { metadata: { ownerReferences: [{ ...owner, controller: false }] } }),
    ].map(readPod);
    const seen = observeStatefulSet({
      statefulSet: statefulSet(),
      pods: [readPod(rawPod('ingester-0')), ...foreign],
      nodes,
    });
    assert.deepEqual(
      seen.pods.map(({ name }) => name),
      ['ingester-0'],
    );
    assert.deepEqual(seen.missing, ['ingester-1']);
  });

  it('has the place of a pod that was taken in its own zone until its successor is available', () => {
    const unready = { status: { conditions: [] } };
    const seen = (inFlight: readonly InFlightPod[], change: object) =>
      statefulSetWorkload(statefulSet()).observe(
        { pods: [readPod(rawPod('ingester-0', change))], nodes },
        { memory: { inFlight, lastZones: { 'ingester-0': 'zone-b' } }, minReadyMs: 0, nowMs: 0 },
      ).pods[0]?.zone;
    const taken = { name: 'ingester-0', uid: 'gone', counted: true };
    assert.equal(seen([taken], unready), undefined, 'the decision has the zone in mind');
    assert.equal(seen([taken], {}), 'zone-a');
    assert.equal(seen([], unready), 'zone-a');
    assert.equal(seen([{ ...taken, uid: 'uid-ingester-0' }], unready), 'zone-a', 'still to go');
  });

  it('takes zones from a label of the pods, also of those that are not scheduled or missing', () => {
    const set = statefulSet({
      replicas: 4,
      template: { metadata: { labels: { zone: 'zone-a' } }, spec: { containers: [] } },
    });
    const pods = [
      rawPod('ingester-0', { metadata: { labels: { zone: 'zone-a' } }, spec: { nodeName: undefined } }),
      rawPod('ingester-1', { metadata: { labels: { zone: 'zone-b' } } }),
      rawPod('ingester-2', { spec: { nodeName: undefined } }),
    ].map(readPod);
    const zones = { kind: 'pod-label', key: 'zone' } as const;
    const seen = observeStatefulSet({ statefulSet: set, pods, nodes: undefined, zones });
    assert.deepEqual(
      seen.pods.map(({ name, zone }) => [name, zone]),
      [
        ['ingester-0', 'zone-a'],
        ['ingester-1', 'zone-b'],
        ['ingester-2', undefined],
      ],
    );
    assert.deepEqual(
      podsOfUnknownZone(seen).map(({ name }) => name),
      ['ingester-2'],
    );
    assert.match(explainUnknownZone(podsOfUnknownZone(seen), seen).reason, /this pod has no label zone$/);
    assert.equal(seen.nodesForbidden, undefined, 'nodes are not needed');
    const { lastZones } = remember(emptyMemory('rev'), seen, { minReadyMs: 0 }, { nowMs: 0, monotonicMs: 0 });
    assert.equal(lastZones['ingester-3'], 'zone-a', 'it will be created there');
  });

  it('29: counts on spec.replicas and spec.ordinals.start, not on status', () => {
    const seen = observeStatefulSet({
      statefulSet: statefulSet({ replicas: 3, ordinals: { start: 5 } }, { replicas: 1 }),
      pods: [readPod(rawPod('ingester-4')), readPod(rawPod('ingester-6'))],
      nodes,
    });
    assert.equal(seen.replicas, 3);
    assert.deepEqual(seen.missing, ['ingester-5', 'ingester-7']);
    assert.deepEqual(
      seen.pods.map(({ name, surplus }) => [name, surplus]),
      [
        ['ingester-4', true],
        ['ingester-6', false],
      ],
    );
  });

  it('24: trusts the revision only when the controller has observed the newest generation', () => {
    const observe = (set: ReturnType<typeof statefulSet>) =>
      observeStatefulSet({ statefulSet: set, pods: [], nodes }).revisionObserved;
    assert.equal(observe(statefulSet()), true);
    assert.equal(observe(statefulSet({}, { observedGeneration: 2 })), false);
    assert.equal(observe(statefulSet({}, { updateRevision: '' })), false);
  });

  it('takes the zone from the node, and from the pod only where the node tells nothing', () => {
    const zoneIn = (known: typeof nodes | undefined, change: object) =>
      observeStatefulSet({
        statefulSet: statefulSet(),
        pods: [readPod(rawPod('ingester-0', change))],
        nodes: known,
      }).pods[0]?.zone;
    const zoneOf = (change: object) => zoneIn(nodes, change);
    const labelled = { metadata: { labels: { [ZONE]: 'zone-z' } } };
    assert.equal(zoneOf({}), 'zone-a');
    assert.equal(zoneOf({ ...labelled }), 'zone-a');
    assert.equal(zoneOf({ ...labelled, spec: { nodeName: 'gone' } }), 'zone-z');
    assert.equal(zoneIn(undefined, labelled), 'zone-z', 'nodes may not be read');
    assert.equal(zoneOf({ spec: { nodeName: 'node-2' } }), undefined);
    assert.equal(zoneOf({ spec: { nodeName: 'node-3' } }), undefined, 'an empty label is no zone');
    assert.equal(zoneOf({ ...labelled, spec: { nodeName: undefined } }), undefined, 'not scheduled');
  });

  it('tells stale, terminating and ready apart', () => {
    const pods = [
      rawPod('ingester-0', { metadata: { labels: { 'controller-revision-hash': 'ingester-new' } } }),
      rawPod('ingester-1', {
        metadata: { deletionTimestamp: '2026-01-01T00:00:00Z' },
        status: { phase: 'Pending' },
      }),
    ].map(readPod);
    const seen = observeStatefulSet({ statefulSet: statefulSet(), pods, nodes });
    assert.deepEqual(
      seen.pods.map(({ stale, terminating, readySinceMs }) => ({ stale, terminating, readySinceMs })),
      [
        { stale: false, terminating: false, readySinceMs: Date.parse('2026-01-01T00:00:00Z') },
        { stale: true, terminating: true, readySinceMs: undefined },
      ],
    );
  });
});

describe('why a pod is not ready', () => {
  const problem = (status: object, spec: object = {}) => podProblem(readPod(rawPod('p', { status, spec })));
  const unready = { type: 'Ready', status: 'False' };

  it('names what an operator looks for first', () => {
    assert.equal(problem({}), undefined);
    assert.equal(
      problem({
        phase: 'Pending',
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/6 nodes' },
        ],
      }),
      'Unschedulable: 0/6 nodes',
    );
    const waiting = { name: 'main', ready: false, state: { waiting: { reason: 'ImagePullBackOff' } } };
    assert.equal(
      problem({ phase: 'Pending', conditions: [unready], containerStatuses: [waiting] }),
      'ImagePullBackOff',
    );
    const ended = { name: 'main', ready: false, state: { terminated: { reason: 'OOMKilled' } } };
    assert.equal(problem({ conditions: [unready], containerStatuses: [ended] }), 'OOMKilled');
    const gated = { readinessGates: [{ conditionType: 'lb/target' }] };
    const ready = { type: 'ContainersReady', status: 'True' };
    assert.equal(problem({ conditions: [unready, ready] }, gated), 'readiness gate lb/target is not set yet');
    assert.equal(problem({ phase: 'Pending', conditions: [] }), 'starting');
    assert.equal(problem({ conditions: [unready] }), 'not ready');
    assert.equal(problem({ phase: 'Failed', reason: 'Evicted', conditions: [] }), 'Evicted');
  });

  it('speaks of init containers and sidecars as kubectl get pods does', () => {
    const of = (pod: object) => podProblem(readPod(pod));
    assert.equal(of(CRASHING_INIT), 'Init:CrashLoopBackOff');
    assert.equal(of(RUNNING_INIT), 'Init:0/2');
    assert.equal(of(CRASHING_SIDECAR), 'CrashLoopBackOff');
    const [migrate] = CRASHING_SIDECAR.status.initContainerStatuses;
    const sidecarFirst = {
      ...CRASHING_INIT,
      status: {
        ...CRASHING_INIT.status,
        initContainerStatuses: [migrate, { ...CRASHING_SIDECAR.status.initContainerStatuses[1] }],
      },
    };
    assert.equal(of(sidecarFirst), 'Init:CrashLoopBackOff');
    const ended = { terminated: { exitCode: 3, reason: 'Error' } };
    const failed = {
      ...CRASHING_INIT,
      status: {
        ...CRASHING_INIT.status,
        phase: 'Failed',
        initContainerStatuses: [{ name: 'migrate', ready: false, restartCount: 0, state: ended }],
      },
    };
    assert.equal(of(failed), 'Init:Error');
  });

  it('names each readiness gate that is not True, with what its controller says of the target', () => {
    const readinessGates = ['lb/a', 'lb/b', 'lb/c', 'lb/d'].map((conditionType) => ({ conditionType }));
    const conditions = [
      unready,
      { type: 'ContainersReady', status: 'True' },
      { type: 'lb/a', status: 'False', reason: 'Target.RegistrationInProgress' },
      { type: 'lb/b', status: 'True', reason: 'Healthy' },
      { type: 'lb/c', status: 'Unknown', reason: 'Elb.InternalError', message: 'try later' },
    ];
    assert.equal(
      problem({ conditions }, { readinessGates }),
      [
        'readiness gate lb/a is False: Target.RegistrationInProgress',
        'readiness gate lb/c is Unknown: Elb.InternalError: try later',
        'readiness gate lb/d is not set yet',
      ].join('; '),
    );
  });
});
