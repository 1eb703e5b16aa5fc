import { type BudgetMemory, createBudgetMemory } from '../../../shared/budget/decide/memory.ts';
import type { Scales } from '../../../shared/budget/scales.ts';
import type { Doubt, Freshness } from '../../../webhook/cluster/freshness.ts';

export interface Known {
  memory: BudgetMemory;
  scales: Scales;
  freshness: Freshness;
  /** Changes what the caches are worth. */
  set(change: { doubt?: Doubt | undefined; listedAtMs?: number }): void;
  refreshed: string[];
}

/** A replica that has heard everything just now, and remembers nothing yet. */
export function known(): Known {
  let doubt: Doubt | undefined;
  let listedAtMs = 0;
  const refreshed: string[] = [];
  return {
    memory: createBudgetMemory(),
    scales: { get: () => undefined, saidAtMs: () => 0, refresh: async () => {} },
    freshness: {
      doubt: () => doubt,
      listedAtMs: () => listedAtMs,
      refresh: async (resources) => void refreshed.push(...resources),
      stop() {},
    },
    set(change) {
      if ('doubt' in change) doubt = change.doubt;
      listedAtMs = change.listedAtMs ?? listedAtMs;
    },
    refreshed,
  };
}
