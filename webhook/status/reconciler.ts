import { type Clock, delay } from '../../shared/clock.ts';
import type { ClusterView } from '../cluster/caches.ts';
import { type Log, messageOf } from '../telemetry/log.ts';
import { type CountDeps, countBudget } from './count.ts';

export interface ReconcilerDeps extends Omit<CountDeps, 'cluster' | 'signal' | 'pruned'> {
  cluster: CountDeps['cluster'] & Pick<ClusterView, 'budgets'>;
  clock: Clock;
  log: Log;
}

/** Keeps the status of all budgets current while this replica is the leader. */
export interface Reconciler {
  /** Counts all budgets of a namespace again, or of all namespaces. */
  mark(namespace: string | undefined): void;
  /** Resolves when no count is running. */
  idle(): Promise<void>;
  /** Cancels scheduled counts and aborts waiting. */
  stop(): void;
}

interface Work {
  running: Promise<void> | undefined;
  again: boolean;
  cancelRecheck: () => void;
  failures: number;
  /** Resources to list before the next count, if only time triggers it. */
  behind: readonly string[];
  isDue: boolean;
}

/** Between two counts of a budget, for evictions that write the same status. */
const PAUSE_MS = 100;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 10_000;

/** One count at a time per budget; changes during a count trigger one more. */
export function createReconciler(deps: ReconcilerDeps): Reconciler {
  const { clock, cluster, log } = deps;
  const works = new Map<string, Work>();
  const pruned = new Map<string, number>();
  const stopping = new AbortController();
  const { signal } = stopping;

  function request(key: string, isDue = false): void {
    if (signal.aborted) return;
    const work: Work = works.get(key) ?? {
      running: undefined,
      again: false,
      cancelRecheck() {},
      failures: 0,
      behind: [],
      isDue: false,
    };
    works.set(key, work);
    work.again = true;
    work.isDue ||= isDue;
    work.running ??= run(key, work);
  }

  async function run(key: string, work: Work): Promise<void> {
    // Changes arrive in bursts; count after the burst.
    await new Promise((resolve) => setImmediate(resolve));
    while (work.again && !signal.aborted && deps.mayWrite()) {
      work.again = false;
      work.cancelRecheck();
      const budget = cluster.budgets.get(key);
      if (!budget) break;
      const recheckInMs = await count(key, work, budget);
      if (recheckInMs !== undefined)
        work.cancelRecheck = clock.schedule(recheckInMs, () => request(key, true));
      await delay(clock, PAUSE_MS, signal).catch(() => {});
    }
    work.running = undefined;
    if (!cluster.budgets.has(key)) works.delete(key);
  }

  async function count(
    key: string,
    work: Work,
    budget: Parameters<typeof countBudget>[1],
  ): Promise<number | undefined> {
    try {
      if (work.isDue && work.behind.length > 0) await cluster.freshness.refresh(work.behind);
      work.isDue = false;
      const result = await countBudget({ ...deps, pruned, signal }, cluster.budgets.get(key) ?? budget);
      work.failures = 0;
      work.behind = result.behind;
      return result.recheckInMs;
    } catch (error) {
      if (signal.aborted) return undefined;
      log.warn({ budget: key, error: messageOf(error) }, 'budget could not be counted');
      work.failures += 1;
      return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** work.failures);
    }
  }

  return {
    mark(namespace) {
      for (const [key, { metadata }] of cluster.budgets) {
        if (namespace === undefined || namespace === metadata.namespace) request(key);
      }
    },
    async idle() {
      await Promise.all([...works.values()].map(({ running }) => running));
    },
    stop() {
      stopping.abort();
      for (const { cancelRecheck } of works.values()) cancelRecheck();
    },
  };
}
