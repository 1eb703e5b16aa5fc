import type { StoreFigures } from './events.ts';
import type { SideRecord, TimedLoad } from './record.ts';

/**
 * Computes what happened to the writes.
 *
 * @param capacity writes per second
 * @param nowMs end of the last load, in the record's own time
 */
export function storeFigures(record: SideRecord, capacity: number, nowMs: number): StoreFigures {
  const { loads, settledAtMs } = record;
  let overrunMs = 0;
  let writesLost = 0;
  for (const [index, { atMs, writesPerSecond }] of loads.entries()) {
    const lastedMs = Math.max(0, endOf(loads, index, nowMs) - atMs);
    const excess = Math.max(0, writesPerSecond - capacity);
    if (excess > 0) overrunMs += lastedMs;
    writesLost += (excess * lastedMs) / 1000;
  }
  return {
    peakWritesPerSecond: most(loads, ({ writesPerSecond }) => writesPerSecond),
    overrunMs,
    writesLost,
    mostFlushing: most(loads, ({ flushing }) => flushing),
    mostZonesFlushing: most(loads, ({ zones }) => zones.length),
    tookMs: settledAtMs === undefined ? undefined : settledAtMs - (loads[0]?.atMs ?? settledAtMs),
  };
}

/** Most writes per second between two times; undefined without data. */
export function peakBetween(loads: readonly TimedLoad[], fromMs: number, toMs: number): number | undefined {
  let peak: number | undefined;
  for (const [index, { atMs, writesPerSecond }] of loads.entries()) {
    if (atMs >= toMs || endOf(loads, index, toMs) <= fromMs) continue;
    peak = Math.max(peak ?? 0, writesPerSecond);
  }
  return peak;
}

function endOf(loads: readonly TimedLoad[], index: number, nowMs: number): number {
  return loads[index + 1]?.atMs ?? nowMs;
}

function most(loads: readonly TimedLoad[], number: (load: TimedLoad) => number): number {
  return loads.reduce((peak, load) => Math.max(peak, number(load)), 0);
}
