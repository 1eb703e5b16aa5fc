import type { FlushEvent, Load } from './events.ts';
import type { Side } from './scenario.ts';

/** The load of one side on the store so far. */
export interface SideRecord {
  /** In chronological order; each applies until the next one. */
  loads: readonly TimedLoad[];
  settledAtMs: number | undefined;
}

export interface TimedLoad extends Load {
  atMs: number;
}

export type FlushRecord = Readonly<Record<Side, SideRecord>>;

const EMPTY_SIDE: SideRecord = { loads: [], settledAtMs: undefined };
export const EMPTY_RECORD: FlushRecord = { plain: EMPTY_SIDE, zone: EMPTY_SIDE };

/** The record with an event added. */
export function recorded(record: FlushRecord, event: FlushEvent): FlushRecord {
  if (event.type === 'load') {
    const { type: _, side, ...load } = event;
    return { ...record, [side]: { ...record[side], loads: [...record[side].loads, load] } };
  }
  if (event.type === 'settled') {
    return { ...record, [event.side]: { ...record[event.side], settledAtMs: event.atMs } };
  }
  return record;
}

/** The current load; undefined before the first. */
export function latestLoad({ loads }: SideRecord): TimedLoad | undefined {
  return loads.at(-1);
}
