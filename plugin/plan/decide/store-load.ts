/**
 * The load of ingesters on their store. An ingester keeps one open chunk per series and writes it when it reaches a
 * certain age, or when the ingester exits; each chunk comes with some index entries. The arithmetic is that of Weaveworks'
 * Cortex figures: 3 ingesters with 600,000 series, chunks open for 1 h and 7 index entries per chunk make 1,200 writes/s,
 * and one of them that flushes in 10 minutes adds 2,300.
 */

/** The data in the memory of ingesters. */
export interface HeldSeries {
  /** Series in memory, summed over all ingesters: with three replicas a series counts three times. */
  series: number;
  /** How long a chunk is open before it is written. */
  chunkAgeMs: number;
  /** Writes per chunk. */
  entriesPerChunk: number;
  /** How long an ingester takes to write all of its data when it exits. */
  flushMs: number;
}

/** Rates, each per second. */
export interface StoreLoad {
  /** Chunks that age out, over all ingesters. */
  steadyChunks: number;
  /** Writes of the steady state, over all ingesters. */
  steadyWrites: number;
  /** Writes that each flushing ingester adds. */
  writesPerFlush: number;
}

/**
 * The load of a workload whose series are spread evenly over its ingesters.
 *
 * @param ingesters at least 1
 */
export function storeLoad(held: HeldSeries, ingesters: number): StoreLoad {
  const { series, chunkAgeMs, entriesPerChunk, flushMs } = held;
  const steadyChunks = perSecond(series, chunkAgeMs);
  return {
    steadyChunks,
    steadyWrites: steadyChunks * entriesPerChunk,
    writesPerFlush: perSecond((series / ingesters) * entriesPerChunk, flushMs),
  };
}

/**
 * Writes per second while some ingesters flush. The others take over their series, so the steady-state load stays the same.
 */
export function writesWhile({ steadyWrites, writesPerFlush }: StoreLoad, flushing: number): number {
  return steadyWrites + flushing * writesPerFlush;
}

/**
 * How many ingesters may flush together without overloading the store; 0 if even one is too many. `capacity` is in writes
 * per second, and may be used completely.
 */
export function safeFlushes({ steadyWrites, writesPerFlush }: StoreLoad, capacity: number): number {
  const whole = Math.floor((capacity - steadyWrites) / writesPerFlush + ROUNDING);
  return Math.max(0, whole);
}

/**
 * The shortest flush time of one ingester that does not overload the store; undefined if the steady state alone is too
 * much.
 *
 * @param flushMs the time that `load` is based on
 */
export function shortestSafeFlushMs(load: StoreLoad, flushMs: number, capacity: number): number | undefined {
  const free = capacity - load.steadyWrites;
  return free > 0 ? (load.writesPerFlush * flushMs) / free : undefined;
}

/** Tolerance for a capacity that is used up exactly, in floating point. */
const ROUNDING = 1e-9;

function perSecond(count: number, durationMs: number): number {
  return (count * 1000) / durationMs;
}
