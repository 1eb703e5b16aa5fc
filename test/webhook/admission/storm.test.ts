import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAdmitter } from '../../../webhook/admission/admitter.ts';
import type { Verdict } from '../../../webhook/admission/verdict.ts';
import { fetchPod } from '../../../webhook/cluster/read-pod.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { fakeApi, NAMESPACE } from '../helpers/fake-api.ts';
import { pump } from '../helpers/harness.ts';
import { known } from '../helpers/known.ts';
import { listingPods } from './listed-pods.ts';

const PODS = 60;

interface Asked {
  name?: string;
  /** What the eviction is bound to. */
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}

/** Replicas of the webhook over one API server with many pods of zone-a. */
function world({ maxUnavailable = PODS, expectedReplicas = PODS } = {}) {
  const api = fakeApi();
  const clock = manualClock();
  const names = Array.from({ length: PODS }, (_, ordinal) => `ingester-${ordinal}`);
  api.budget('ingester', { maxUnavailable }, { 'zone-a': [PODS, 0], 'zone-b': [PODS, 0] });
  Object.assign(api.status('ingester'), { expectedReplicas });
  for (const name of names) api.pod(name);
  const conflicts = { count: 0 };
  const kube = listingPods(api, names);

  /** A replica: a function that asks it to admit an eviction. */
  function replica() {
    const admitter = createAdmitter({
      kube,
      clock,
      random: () => 0,
      cluster: {
        ...known(),
        observe: () => ({ kind: 'problem', reason: 'no cache' }),
        ownerOf: () => ({ expected: true, versions: {} }),
        zoneOfNode: (node) => node.replace('node', 'zone'),
      },
      witness: {
        batch() {},
        conflict() {
          conflicts.count += 1;
        },
      },
      log: silentLog,
    });
    return ({ name = 'ingester-0', uid, resourceVersion }: Asked): Promise<Verdict> =>
      admitter.admit(
        {
          reviewUid: `review-${name}`,
          namespace: NAMESPACE,
          name,
          dryRun: false,
          trial: false,
          reserveOnly: 'no',
          precondition: { uid, resourceVersion },
          has: { deleteOptions: uid !== undefined, preconditions: uid !== undefined },
          user: 'sre',
        },
        clock.monotonicMs() + 4_000,
      );
  }
  const count = (what: RegExp) => api.requests.filter((request) => what.test(request)).length;
  return {
    api,
    clock,
    names,
    conflicts,
    replica,
    gets: () => count(/\/pods\//),
    lists: () => count(/^LIST/),
  };
}

const bound = (name: string): Asked => ({ name, uid: `uid-${name}` });
const admitted = (verdicts: readonly Verdict[]) => verdicts.filter(({ kind }) => kind === 'allow').length;

describe('a storm of evictions', () => {
  it('is admitted as a whole by two replicas that write the same budget', async () => {
    const { api, clock, names, replica } = world();
    const [one, two] = [replica(), replica()];
    const asked = names.map((name, index) => (index % 2 ? one : two)(bound(name)));
    assert.equal(admitted(await pump(clock, Promise.all(asked))), PODS);
    assert.equal((api.status('ingester').reservations as unknown[]).length, PODS);
  });

  it('is admitted as far as the budget goes', async () => {
    const { clock, names, replica } = world({ maxUnavailable: 10 });
    const [one, two] = [replica(), replica()];
    const asked = names.map((name, index) => (index % 2 ? one : two)(bound(name)));
    assert.equal(admitted(await pump(clock, Promise.all(asked))), 10);
  });

  it('reads its pods by one list, and those alone that the list does not show', async () => {
    const { api, clock, names, replica, gets, lists } = world();
    api.pod('stranger-0', { app: 'other' });
    const one = replica();
    const stranger = await fetchPod(api.kube, { namespace: NAMESPACE, name: 'stranger-0' }, 1_000);
    const exactly = { ...bound('stranger-0'), resourceVersion: stranger?.resourceVersion };
    const asked = [...names.map((name) => one(bound(name))), one(exactly), one(bound('gone-0'))];
    assert.equal(admitted(await pump(clock, Promise.all(asked))), PODS + 1);
    // The first read is the test's own.
    assert.deepEqual([lists(), gets()], [1, 1 + 2]);
    assert.ok(api.requests.includes('LIST app=ingester'));
  });

  it('does not list thousands of pods for a few of them', async () => {
    const { clock, names, replica, gets, lists } = world({ expectedReplicas: 10_000 });
    const one = replica();
    await pump(clock, Promise.all(names.map((name) => one(bound(name)))));
    assert.deepEqual([lists(), gets()], [0, PODS]);
  });

  it('reads the budget last, so that a write meanwhile is no conflict', async () => {
    const { api, clock, names, conflicts, replica } = world();
    api.before = ({ path }) => {
      if (path.includes('/pods/')) api.touch('ingester');
    };
    const one = replica();
    assert.equal(admitted(await pump(clock, Promise.all(names.map((name) => one(bound(name)))))), PODS);
    assert.equal(conflicts.count, 0);
  });
});

describe('after a conflict', () => {
  /** The first write comes second; `meanwhile` is what happens then. */
  function conflictOnce({ api }: ReturnType<typeof world>, meanwhile: () => void = () => {}): void {
    let isFirst = true;
    api.before = ({ method }) => {
      if (method !== 'PUT' || !isFirst) return;
      isFirst = false;
      api.touch('ingester');
      meanwhile();
    };
  }

  it('does not read again a pod to which the eviction is bound', async () => {
    const all = world();
    conflictOnce(all);
    assert.equal((await pump(all.clock, all.replica()(bound('ingester-0')))).kind, 'allow');
    assert.deepEqual([all.conflicts.count, all.gets()], [1, 1]);
  });

  it('reads again a pod to whose version the eviction is bound, for the name may have another by now', async () => {
    const all = world();
    const pod = await fetchPod(all.api.kube, { namespace: NAMESPACE, name: 'ingester-0' }, 1_000);
    conflictOnce(all, () => all.api.pod('ingester-0', { uid: 'successor' }));
    const resourceVersion = pod?.resourceVersion;
    const verdict = await pump(all.clock, all.replica()({ ...bound('ingester-0'), resourceVersion }));
    assert.deepEqual([verdict.kind, verdict.why], ['allow', 'other-pod']);
    assert.equal(all.api.status('ingester').reservations, undefined);
  });
});
