import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  readControllerRevision,
  readDeployment,
  readLease,
  readNode,
  readPod,
  readPodDisruptionBudget,
  readStatefulSet,
} from '../../../shared/kube/objects.ts';
import { CRASHING_SIDECAR } from '../../helpers/init-pods.ts';

const meta = (more: object = {}) => ({ name: 'x', namespace: 'n', resourceVersion: '5', uid: 'u', ...more });
const template = { spec: { containers: [{ name: 'a', image: 'a:1', env: [] }] } };

describe('objects', () => {
  it('keeps of a pod only what is used', () => {
    const pod = readPod({
      kind: 'Pod',
      metadata: meta({
        creationTimestamp: '2026-01-01T00:00:00Z',
        deletionTimestamp: '2026-01-01T00:01:00Z',
        deletionGracePeriodSeconds: 60,
        labels: { app: 'x' },
        managedFields: [{}],
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Other', name: 'o', uid: '1' },
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', uid: '2', controller: true },
        ],
      }),
      spec: {
        nodeName: 'node-1',
        containers: [{ name: 'a', image: 'a:1', resources: {} }],
        readinessGates: [{ conditionType: 'target-health.elbv2.k8s.aws/x' }],
        volumes: [
          { name: 'd', persistentVolumeClaim: { claimName: 'd-x' } },
          { name: 't', emptyDir: {} },
        ],
      },
      status: {
        phase: 'Running',
        conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:30Z' }],
        containerStatuses: [
          { name: 'a', ready: false, restartCount: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
    });
    assert.deepEqual(pod, {
      metadata: {
        name: 'x',
        namespace: 'n',
        uid: 'u',
        resourceVersion: '5',
        generation: 0,
        creationTimestampMs: Date.UTC(2026, 0, 1),
        deletionTimestampMs: Date.UTC(2026, 0, 1, 0, 1),
        deletionGracePeriodSeconds: 60,
        labels: { app: 'x' },
        annotations: {},
        controller: { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', uid: '2' },
      },
      spec: {
        nodeName: 'node-1',
        terminationGracePeriodSeconds: 30,
        restartPolicy: 'Always',
        readinessGates: ['target-health.elbv2.k8s.aws/x'],
        containers: [{ name: 'a', image: 'a:1' }],
        claimNames: ['d-x'],
        hasEmptyDir: true,
      },
      status: {
        phase: 'Running',
        reason: '',
        message: '',
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: '',
            message: '',
            lastTransitionTimeMs: Date.UTC(2026, 0, 1, 0, 0, 30),
          },
        ],
        containerStatuses: [
          {
            name: 'a',
            kind: 'container',
            ready: false,
            started: false,
            restartCount: 3,
            waiting: { reason: 'CrashLoopBackOff', message: '' },
            terminated: undefined,
            lastEnd: undefined,
          },
        ],
      },
    });
  });

  it('reads the states of all kinds of containers, in the order in which they start', () => {
    const { containerStatuses } = readPod(CRASHING_SIDECAR).status;
    assert.deepEqual(
      containerStatuses.map(({ kind, name }) => `${kind} ${name}`),
      ['init migrate', 'sidecar proxy', 'container main', 'ephemeral debugger'],
    );
  });

  it('reads objects that say nothing but what they must', () => {
    const status = {};
    const { spec } = readPod({ metadata: meta(), spec: {}, status });
    assert.equal(spec.nodeName, undefined);
    assert.equal(spec.hasEmptyDir, false);
    assert.deepEqual(readNode({ metadata: meta(), spec: {}, status }).status.conditions, []);
    assert.equal(readLease({ metadata: meta(), spec: {} }).spec.holderIdentity, '');
    assert.equal(
      readPodDisruptionBudget({ metadata: meta(), spec: {}, status }).status.disruptionsAllowed,
      0,
    );
    assert.equal(readControllerRevision({ metadata: meta(), revision: 2 }).revision, 2);
    const set = readStatefulSet({ metadata: meta(), spec: { selector: {}, template }, status });
    assert.equal(set.spec.replicas, 1);
    assert.equal(set.spec.ordinals.start, 0);
    assert.equal(set.spec.podManagementPolicy, 'OrderedReady');
    assert.equal(set.spec.updateStrategy.type, 'RollingUpdate');
    const deployment = readDeployment({ metadata: meta(), spec: { selector: {}, template }, status });
    assert.deepEqual(deployment.status.conditions, []);
    assert.deepEqual(deployment.spec.template.spec.containers, [{ name: 'a', image: 'a:1' }]);
  });

  it('turns the times of a Lease into milliseconds', () => {
    const { spec } = readLease({
      metadata: meta(),
      spec: { holderIdentity: 'a', renewTime: '2026-01-01T00:00:00.123456Z', leaseDurationSeconds: 30 },
    });
    assert.equal(spec.renewTimeMs, Date.UTC(2026, 0, 1, 0, 0, 0, 123));
    assert.equal(spec.acquireTimeMs, undefined);
  });

  it('says which field is wrong', () => {
    assert.throws(() => readPod({ metadata: {} }), /metadata\.name should be text/);
    assert.throws(() => readPod({ metadata: meta(), status: { phase: 3 } }), /status\.phase should be text/);
    assert.throws(
      () => readPod({ metadata: meta({ deletionTimestamp: 'soon' }) }),
      /metadata\.deletionTimestamp should be a timestamp/,
    );
    assert.throws(() => readNode({ metadata: { labels: { a: 1 }, name: 'x' } }), /metadata\.labels\[a\]/);
  });
});
