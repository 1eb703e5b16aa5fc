import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import { fetchBudget } from '../../../webhook/budgets/store.ts';
import { createReconciler, type ReconcilerDeps } from '../../../webhook/status/reconciler.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { fakeApi, NAMESPACE } from '../helpers/fake-api.ts';
import { known } from '../helpers/known.ts';

/** A reconciler of one budget, whose pods cannot be counted for a reason that a test may change. */
async function world(more: Partial<ReconcilerDeps> = {}) {
  const api = fakeApi();
  const clock = manualClock();
  api.budget('ingester', {});
  const budgets = new Map<string, ZoneDisruptionBudget>();
  /** What the watch brings. */
  const catchUp = async () => {
    const budget = await fetchBudget(api.kube, { namespace: NAMESPACE, name: 'ingester' }, 1_000);
    assert.ok(budget);
    budgets.set(`${NAMESPACE}/ingester`, budget);
  };
  await catchUp();
  const seen = { counts: 0, reason: 'first' };
  const reconciler = createReconciler({
    kube: api.kube,
    clock,
    cluster: {
      ...known(),
      budgets,
      observe() {
        seen.counts += 1;
        return { kind: 'problem', reason: seen.reason };
      },
      zoneOfNode: () => undefined,
    },
    log: silentLog,
    settleMs: 75_000,
    mayWrite: () => true,
    ...more,
  });
  /** Lets time pass until no count is under way. */
  const idle = async () => {
    let isIdle = false;
    void reconciler.idle().then(() => {
      isIdle = true;
    });
    await turn();
    while (!isIdle) {
      clock.advance(100);
      await turn();
    }
  };
  const message = () => {
    const [condition] = (api.status('ingester').conditions ?? []) as { message: string }[];
    return condition?.message;
  };
  return { api, clock, budgets, catchUp, seen, reconciler, idle, message };
}

describe('the reconciler', () => {
  it('counts the budgets of the namespace that changed, or all of them', async () => {
    const { reconciler, idle, catchUp, seen, message } = await world();
    reconciler.mark('elsewhere');
    await idle();
    assert.equal(seen.counts, 0);
    reconciler.mark(NAMESPACE);
    await idle();
    assert.equal(message(), 'first');
    await catchUp();
    reconciler.mark(undefined);
    await idle();
    assert.equal(seen.counts, 2);
  });

  it('counts once for changes that come together, and once more for those that come meanwhile', async () => {
    const { api, reconciler, idle, seen, message } = await world();
    const write = Promise.withResolvers<void>();
    const writing = Promise.withResolvers<void>();
    api.before = ({ method }) => {
      if (method !== 'PUT') return;
      writing.resolve();
      return write.promise;
    };
    reconciler.mark(NAMESPACE);
    reconciler.mark(NAMESPACE);
    await writing.promise;
    seen.reason = 'second';
    for (let change = 0; change < 5; change += 1) reconciler.mark(NAMESPACE);
    await turn();
    assert.equal(seen.counts, 1, 'one count at a time');
    api.before = () => {};
    write.resolve();
    await idle();
    assert.ok(message()?.includes('second'), message());
    // The watch has not shown the first write, so the second begins with a conflict and observes twice.
    assert.equal(seen.counts, 3);
  });

  it('counts nothing while another replica may lead', async () => {
    const { reconciler, idle, seen } = await world({ mayWrite: () => false });
    reconciler.mark(undefined);
    await idle();
    assert.equal(seen.counts, 0);
  });

  it('tries again after a failure, later each time', async () => {
    const { api, clock, reconciler, idle, message } = await world();
    api.before = ({ method }) => {
      if (method === 'PUT') throw new ConnectionError('no route');
    };
    reconciler.mark(NAMESPACE);
    await idle();
    const [first = 0] = clock.pending();
    assert.ok(first > 0);
    clock.advance(first);
    await idle();
    const [second = 0] = clock.pending();
    assert.ok(second > first, `${second} after ${first}`);
    api.before = () => {};
    clock.advance(second);
    await idle();
    assert.equal(message(), 'first');
  });

  it('forgets a budget that is gone', async () => {
    const { reconciler, idle, budgets, seen, clock } = await world();
    reconciler.mark(NAMESPACE);
    await idle();
    budgets.clear();
    const [recheck = 0] = clock.pending();
    clock.advance(recheck);
    await idle();
    assert.equal(seen.counts, 1);
    assert.deepEqual(clock.pending(), []);
  });

  it('ends at once when it is stopped, and does not begin again', async () => {
    const { reconciler, clock, seen } = await world();
    reconciler.mark(NAMESPACE);
    await clock.scheduled((delayMs) => delayMs < 1_000);
    reconciler.stop();
    await reconciler.idle();
    assert.deepEqual(clock.pending(), []);
    reconciler.mark(NAMESPACE);
    await reconciler.idle();
    assert.equal(seen.counts, 1);
  });
});
