/**
 * What the store behind ingesters has to take. An ingester keeps one open chunk for each of its series and writes it
 * when it has been open for some time, or when the ingester exits; each chunk brings some entries of an index along.
 * The arithmetic is that of Weaveworks' Cortex figures: 3 ingesters with 600,000 series, chunks open for 1 h and 7
 * index entries a chunk make 1,200 writes/s, and one of them that flushes in 10 minutes adds 2,300.
 */

/** What ingesters hold in memory. */
export interface HeldSeries {
  /** Series in memory, summed over all ingesters: with three replicas a series counts three times. */
  series: number;
  /** How long a chunk is open before it is written. */
  chunkAgeMs: number;
  /** Writes that one chunk brings about. */
  entriesPerChunk: number;
  /** How long an ingester takes to write all that it holds when it exits. */
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
 * Writes per second while some ingesters flush. The others take over the series of those that leave, so the steady
 * state goes on undiminished.
 */
export function writesWhile({ steadyWrites, writesPerFlush }: StoreLoad, flushing: number): number {
  return steadyWrites + flushing * writesPerFlush;
}

/**
 * How many ingesters may flush together before the store is overrun; 0 when even one is too many. `capacity` is in
 * writes per second, and may be used up entirely.
 */
export function safeFlushes({ steadyWrites, writesPerFlush }: StoreLoad, capacity: number): number {
  const whole = Math.floor((capacity - steadyWrites) / writesPerFlush + ROUNDING);
  return Math.max(0, whole);
}

/**
 * The shortest time in which one ingester may flush, should flushing be slowed down, so that the store is not overrun
 * by it; undefined where the steady state alone is too much.
 *
 * @param flushMs the time that `load` was made with
 */
export function shortestSafeFlushMs(load: StoreLoad, flushMs: number, capacity: number): number | undefined {
  const free = capacity - load.steadyWrites;
  return free > 0 ? (load.writesPerFlush * flushMs) / free : undefined;
}

/** Keeps a capacity that is used up exactly from being a hair too small in floating point. */
const ROUNDING = 1e-9;

function perSecond(count: number, durationMs: number): number {
  return (count * 1000) / durationMs;
}
