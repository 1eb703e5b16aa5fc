import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readStatefulSet } from '../../../../shared/kube/objects.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { acquireRolloutLock } from '../../../../shared/rollout/drive/rollout-lock.ts';
import { type FakeObject, fakeKube } from '../../../helpers/fake-kube.ts';
import { manualClock } from '../../../helpers/manual-clock.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/prod/leases';
const WORKLOAD = statefulSetWorkload(
  readStatefulSet({
    metadata: { name: 'ingester', namespace: 'prod', uid: 'uid' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'ingester' } },
      template: { spec: { containers: [] } },
    },
    status: {},
  }),
);

/** Holds the Lease and gives it up; tells what it shows then. */
async function released(isAnswered: boolean) {
  const kube = fakeKube();
  const lock = await acquireRolloutLock({
    ...{ kube, clock: manualClock(), random: () => 0.5, workload: WORKLOAD, zones: undefined },
    process: { user: 'anna', host: 'laptop', pid: 7 },
    options: { maxUnavailable: { kind: 'count', count: 1 }, singleZone: false },
    signal: new AbortController().signal,
    onObserve: () => {},
    onState: () => {},
    members: () => WORKLOAD.members,
    reach: async () => {},
  });
  await lock.release('stopped', 'by a test', isAnswered);
  const lease = kube.get(LEASES, WORKLOAD.id.lease) as FakeObject & { spec: { holderIdentity: string } };
  const { annotations } = lease.metadata as { annotations?: Record<string, string> };
  return { holder: lease.spec.holderIdentity, state: annotations?.['kubectl-zone.dev/state'] };
}

describe('the Lease of a rollout that has ended', () => {
  it('is released, so that the next one need not wait', async () => {
    assert.deepEqual(await released(true), { holder: '', state: 'stopped' });
  });

  it('expires where requests may still be carried out, as that of a process that died', async () => {
    const { holder, state } = await released(false);
    assert.match(holder, /^anna@laptop\/7\//);
    assert.equal(state, 'stopped');
  });
});
