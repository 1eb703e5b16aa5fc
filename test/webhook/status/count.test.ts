import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RESERVATION_LIFETIME_MS } from '../../../shared/budget/decide/reservations.ts';
import type { BudgetObservation, CachedPod } from '../../../shared/budget/decide/types.ts';
import { viewBudget } from '../../../shared/budget/decide/view.ts';
import { fetchBudget } from '../../../webhook/budgets/store.ts';
import { type CountDeps, countBudget, LONGEST_RECHECK_MS } from '../../../webhook/status/count.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { type FakeApi, fakeApi, NAMESPACE } from '../helpers/fake-api.ts';
import { known } from '../helpers/known.ts';

type Observed = ReturnType<CountDeps['cluster']['observe']>;

const BUDGET = { namespace: NAMESPACE, name: 'ingester' };

/** Three pods, one in each zone, as a cache of this version shows them. */
function observed(change: Partial<CachedPod> = {}, version = '2000'): Observed {
  const pods = ['a', 'b', 'c'].map((letter, ordinal) => ({
    name: `ingester-${ordinal}`,
    uid: `uid-ingester-${ordinal}`,
    zone: `zone-${letter}`,
    available: true,
    terminating: false,
    ...(ordinal === 0 && change),
  }));
  const observation: BudgetObservation = {
    versions: { pods: version },
    pods,
    missing: [],
    uncounted: [],
    unconfirmed: [],
    expectedReplicas: 3,
    lastZones: new Map(),
  };
  return { kind: 'observed', observation, owners: [], polls: false };
}

function world(shown: () => Observed, more: Partial<CountDeps> = {}) {
  const api: FakeApi = fakeApi();
  const clock: ManualClock = manualClock();
  api.budget('ingester', { maxUnavailable: 1 }, { 'zone-a': [1, 0], 'zone-b': [1, 0], 'zone-c': [1, 0] });
  const refreshed: unknown[] = [];
  const know = known();
  const deps: CountDeps = {
    kube: api.kube,
    clock,
    cluster: {
      ...know,
      observe: shown,
      scales: {
        get: () => undefined,
        saidAtMs: () => 0,
        refresh: async (refs) => void refreshed.push(refs),
      },
      zoneOfNode: (node) => node.replace('node', 'zone'),
    },
    log: silentLog,
    settleMs: 75_000,
    mayWrite: () => true,
    pruned: new Map(),
    signal: new AbortController().signal,
    ...more,
  };
  const count = async () => {
    const budget = await fetchBudget(api.kube, BUDGET, 1_000);
    assert.ok(budget);
    return countBudget(deps, budget);
  };
  const writes = () => api.requests.filter((request) => request.startsWith('PUT')).length;
  const unhealthy = () => api.status('ingester').currentUnhealthy;
  const reserve = () => {
    const time = new Date(clock.nowMs()).toISOString();
    const pod = { pod: 'ingester-0', uid: 'uid-ingester-0', resourceVersion: '1001', zone: 'zone-a' };
    api.touch('ingester');
    const { revision } = api.status('ingester') as { revision: number };
    Object.assign(api.status('ingester'), { revision: revision + 1, reservations: [{ ...pod, time }] });
  };
  return { api, clock, refreshed, count, writes, unhealthy, reserve };
}

describe('counting a budget', () => {
  it('writes what the caches show, and nothing when it is stored already', async () => {
    const { count, writes, unhealthy } = world(() => observed({ available: false }));
    assert.deepEqual(await count(), { recheckInMs: LONGEST_RECHECK_MS, behind: [] });
    assert.deepEqual(unhealthy(), { 'zone-a': 1, 'zone-b': 0, 'zone-c': 0 });
    await count();
    assert.equal(writes(), 1);
  });

  it('writes nothing from a cache that is older than the counts', async () => {
    const { count, writes } = world(() => observed({ available: false }, '900'));
    await count();
    assert.equal(writes(), 0);
  });

  it('writes nothing when another replica may lead', async () => {
    const { count, writes } = world(() => observed({ available: false }), { mayWrite: () => false });
    await count();
    assert.equal(writes(), 0);
  });

  it('reads the budget and observes again when somebody else has written first', async () => {
    let available = true;
    const { api, count, writes, unhealthy } = world(() => observed({ available }));
    api.before = ({ method }) => {
      if (method !== 'PUT' || !available) return;
      api.touch('ingester');
      available = false;
    };
    await count();
    assert.equal(writes(), 2);
    assert.deepEqual(unhealthy(), { 'zone-a': 1, 'zone-b': 0, 'zone-c': 0 });
  });

  it('says that the CRD is older than the webhook when it does not store the ledger, and waits', async () => {
    const { api, clock, count, writes } = world(() => observed({ available: false }));
    const kept = ({ protocol: _, identity: __, revision: ___, ...status }: Record<string, unknown>) => status;
    api.prune = kept;
    assert.deepEqual(await count(), { recheckInMs: LONGEST_RECHECK_MS, behind: [] });
    const reasonOf = async () => {
      const budget = await fetchBudget(api.kube, BUDGET, 1_000);
      const view = budget && viewBudget(budget);
      return view && 'code' in view ? view.reason : '';
    };
    assert.match(await reasonOf(), /is older than the webhook: apply manifests\/crds/);
    assert.equal(writes(), 2);
    clock.advance(LONGEST_RECHECK_MS - 1);
    assert.deepEqual(await count(), { recheckInMs: 1, behind: [] });
    assert.equal(writes(), 2);
    api.prune = (status) => status;
    clock.advance(1);
    await count();
    assert.doesNotMatch(await reasonOf(), /CustomResourceDefinition/);
  });

  it('comes back when somebody else is always first, and not when the budget is gone', async () => {
    const { api, count } = world(() => observed({ available: false }));
    api.before = ({ method }) => {
      if (method === 'PUT') api.touch('ingester');
    };
    assert.deepEqual(await count(), { recheckInMs: 0, behind: [] });
  });

  it('asks for the scales that are not known, and says what is wrong when that does not help', async () => {
    const ref = { uid: 'uid-of-owner' };
    const { api, count, refreshed, writes } = world(
      () => ({ kind: 'ask', refs: [ref] }) as unknown as Observed,
    );
    assert.ok(((await count()).recheckInMs ?? 0) > 0);
    assert.deepEqual(refreshed, [[ref]]);
    const [condition] = api.status('ingester').conditions as { reason: string }[];
    assert.equal(condition?.reason, 'SyncFailed');
    await count();
    assert.equal(writes(), 1, 'the same sentence is not written twice');
  });

  it('waits while evictions are admitted', async () => {
    const { clock, count, writes, reserve } = world(() => observed({ available: false, terminating: true }));
    reserve();
    const counted = count();
    const waitMs = await clock.scheduled(() => true);
    assert.equal(writes(), 0);
    clock.advance(waitMs);
    await counted;
    assert.equal(writes(), 1);
  });

  it('ends a reservation that is overdue only after it has read the pod', async () => {
    const { api, clock, count, reserve } = world(() => observed());
    reserve();
    const reservations = () => (api.status('ingester').reservations as unknown[]).length;
    const first = count();
    clock.advance(await clock.scheduled(() => true));
    await first;
    clock.advance(RESERVATION_LIFETIME_MS);
    api.removePod('ingester-0');
    await count();
    assert.equal(reservations(), 1, 'the pod is gone, and the cache has yet to show it');
    api.pod('ingester-0');
    await count();
    assert.equal(reservations(), 0);
    assert.ok(
      api.requests.some((request) => request === `GET /api/v1/namespaces/${NAMESPACE}/pods/ingester-0`),
    );
  });
});
