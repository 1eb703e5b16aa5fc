import { type HeldSeries, type StoreLoad, storeLoad } from '../../plan/decide/store-load.ts';

/** The two ways to roll out the same new image. */
export const SIDES = ['plain', 'zone'] as const;
export type Side = (typeof SIDES)[number];

/** The parameters of the demo: ingesters that flush their data when they exit, and the store that receives it. */
export interface Scenario {
  pods: number;
  held: HeldSeries;
  /** Writes per second that the store accepts; it sheds the excess. */
  capacity: number;
  /** From a pod's creation until it is Ready, minimum and maximum. */
  startMs: readonly [number, number];
  /** Speed of the sandbox's clock relative to real time. */
  speed: number;
}

/** The load on the store in a scenario, per second. */
export interface Demand extends StoreLoad {
  capacity: number;
}

/** Three ingesters flush for 10 minutes each; with more of them, each has fewer chunks and writes as fast. */
const FLUSH_OF_ALL_MS = 30 * 60_000;

/**
 * Weaveworks' Cortex, for any number of ingesters: 600,000 series in chunks of 1 h with 7 index entries each make 1,200
 * writes/s in steady state, and one flushing ingester adds 2,300. The store can take one of them, but not two.
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
