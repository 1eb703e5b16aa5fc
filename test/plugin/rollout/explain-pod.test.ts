import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainPod } from '../../../plugin/rollout/explain-pod.ts';
import { readPod, readStatefulSet } from '../../../shared/kube/objects.ts';
import { statefulSetWorkload } from '../../../shared/rollout/decide/workload.ts';
import { CRASHING_INIT, CRASHING_SIDECAR } from '../../helpers/init-pods.ts';

const NOW_MS = Date.parse('2026-03-01T09:00:00Z');
const ago = (seconds: number) => new Date(NOW_MS - seconds * 1000).toISOString();

const OWNER = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: 'set', controller: true };

const workload = statefulSetWorkload(
  readStatefulSet({
    metadata: { name: 'ingester', namespace: 'prod', uid: 'set' },
    spec: { replicas: 3, selector: {}, template: { spec: { containers: [] } } },
    status: { updateRevision: 'ingester-new' },
  }),
);

function told(pod: { metadata?: object; spec?: object; status?: object }) {
  const read = readPod({
    metadata: {
      name: 'ingester-2',
      labels: { 'controller-revision-hash': 'ingester-new' },
      ownerReferences: [OWNER],
      ...pod.metadata,
    },
    spec: { nodeName: 'b-1', ...pod.spec },
    status: { phase: 'Running', ...pod.status },
  });
  return explainPod('ingester-2', { workload, pods: new Map([['prod/ingester-2', read]]) }, NOW_MS).map(
    ({ about, text, holds }) => `${holds ? '!' : ' '} ${about}: ${text}`,
  );
}

const waiting = (reason: string, message: string) => ({
  containerStatuses: [
    { name: 'main', ready: false, restartCount: 0, state: { waiting: { reason, message } } },
  ],
});

describe('why a pod is not ready', () => {
  it('an image that cannot be pulled', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'unready: [main]' },
      { type: 'ContainersReady', status: 'False', reason: 'ContainersNotReady', message: 'unready: [main]' },
    ];
    const status = {
      phase: 'Pending',
      conditions,
      ...waiting('ImagePullBackOff', 'Back-off pulling "app:broken"'),
    };
    assert.deepEqual(told({ status }), [
      '  pod: Pending, on node b-1, the new revision (new)',
      '! pod: ImagePullBackOff',
      '! container: main is waiting: ImagePullBackOff: Back-off pulling "app:broken"',
    ]);
  });

  it('a pod without a node, and why', () => {
    const conditions = [
      {
        ...{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
        ...{ message: '0/3 nodes are available', lastTransitionTime: ago(125) },
      },
    ];
    assert.deepEqual(told({ spec: { nodeName: undefined }, status: { phase: 'Pending', conditions } }), [
      '  pod: Pending, not scheduled yet, the new revision (new)',
      '! pod: Unschedulable: 0/3 nodes are available',
      '! condition: PodScheduled is False for 2m 05s: Unschedulable: 0/3 nodes are available',
    ]);
  });

  it('readiness gates, reported and not', () => {
    const readinessGates = ['a.b/c', 'a.b/d', 'a.b/e'].map((conditionType) => ({ conditionType }));
    const conditions = [
      { type: 'ContainersReady', status: 'True' },
      { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady' },
      { type: 'a.b/c', status: 'True' },
      { type: 'a.b/d', status: 'False', reason: 'Target.Initial', message: 'registration in progress' },
    ];
    const containerStatuses = [{ name: 'main', ready: true, restartCount: 0, state: { running: {} } }];
    assert.deepEqual(told({ spec: { readinessGates }, status: { conditions, containerStatuses } }).slice(1), [
      '! pod: readiness gate a.b/d is False: Target.Initial: registration in progress; readiness gate a.b/e is not set yet',
      '  gate: a.b/c is True',
      '! gate: a.b/d is False: Target.Initial: registration in progress',
      '! gate: a.b/e has not been reported yet',
      '  container: main is running and ready',
    ]);
  });

  it('a container that ends again and again', () => {
    const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } };
    const containerStatuses = [
      { name: 'main', ready: false, restartCount: 4, state },
      { name: 'side', ready: false, restartCount: 1, state: { terminated: { reason: 'Error' } } },
      { name: 'slow', ready: false, restartCount: 0, state: { running: {} } },
    ];
    assert.deepEqual(told({ status: { containerStatuses } }).slice(2), [
      '! container: main is waiting, restarted 4 times: CrashLoopBackOff: back-off 40s',
      '! container: side has ended, restarted 1 time: Error',
      '! container: slow is running but not ready',
    ]);
  });

  it('a pod that terminates, one that is ready, and one that does not exist', () => {
    const labels = { 'controller-revision-hash': 'ingester-old' };
    const metadata = { labels, deletionTimestamp: ago(-20) };
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: ago(60) }];
    assert.deepEqual(told({ metadata, status: { conditions } }), [
      '  pod: Running, on node b-1, an old revision (old)',
      '  pod: ready for 1m 00s',
      '! pod: terminating, 20s of its grace period left',
    ]);
    const overdue = { labels, deletionTimestamp: ago(20) };
    assert.ok(told({ metadata: overdue }).includes('! pod: terminating, its grace period is over'));
    assert.deepEqual(explainPod('ingester-9', { workload, pods: new Map() }, NOW_MS), [
      { about: 'pod', text: 'does not exist: its controller has not recreated it yet', holds: true },
    ]);
  });

  it('an init container or a sidecar that crashes', () => {
    const { spec } = CRASHING_INIT;
    assert.deepEqual(told({ spec, status: CRASHING_INIT.status }).slice(1), [
      '! pod: Init:CrashLoopBackOff',
      '! condition: Initialized is False: containers with incomplete status: [migrate proxy]',
      '! container: init container migrate is waiting, restarted 7 times, last ended with exit code 1: ' +
        'CrashLoopBackOff: back-off 5m0s restarting failed container=migrate',
      '! container: sidecar proxy is waiting: PodInitializing',
      '! container: main is waiting: PodInitializing',
    ]);
    assert.deepEqual(told({ spec, status: CRASHING_SIDECAR.status }).slice(1), [
      '! pod: CrashLoopBackOff',
      '  container: init container migrate has completed',
      '! container: sidecar proxy is waiting, restarted 9 times: ' +
        'CrashLoopBackOff: back-off 5m0s restarting failed container=proxy',
      '  container: main is running and ready',
      '  container: ephemeral container debugger is running',
    ]);
  });
});
