import { type HeldSeries, type StoreLoad, storeLoad } from '../../plan/decide/store-load.ts';

/** The two ways in which the same new image is rolled out. */
export const SIDES = ['plain', 'zone'] as const;
export type Side = (typeof SIDES)[number];

/** What the demo plays: ingesters that flush what they hold when they exit, and the store that must take it. */
export interface Scenario {
  pods: number;
  held: HeldSeries;
  /** Writes per second that the store takes; it sheds what is above. */
  capacity: number;
  /** From a pod's creation until it is Ready, at least and at most. */
  startMs: readonly [number, number];
  /** How many times as fast as ours the sandbox's clock runs. */
  speed: number;
}

/** What the store must take in a scenario, per second. */
export interface Demand extends StoreLoad {
  capacity: number;
}

/** Three ingesters flush for 10 minutes each; as many chunks in more of them are written as fast by each. */
const FLUSH_OF_ALL_MS = 30 * 60_000;

/**
 * Weaveworks' Cortex, whatever the number of ingesters: 600,000 series in chunks of 1 h with 7 index entries each make
 * 1,200 writes/s in steady state, and one ingester that flushes adds 2,300. The store behind stands that, and no second
 * one.
 */
export function cortexScenario(pods: number): Scenario {
  return {
    pods,
    held: { series: 600_000, chunkAgeMs: 3_600_000, entriesPerChunk: 7, flushMs: FLUSH_OF_ALL_MS / pods },
    capacity: 3_600,
    startMs: [20_000, 40_000],
    speed: 30,
  };
}

export function demandOf({ held, pods, capacity }: Scenario): Demand {
  return { ...storeLoad(held, pods), capacity };
}
