import type { FlushEvent } from '../../../../plugin/demo/flush/events.ts';
import { EMPTY_RECORD, recorded } from '../../../../plugin/demo/flush/record.ts';
import { cortexScenario, demandOf, type Side } from '../../../../plugin/demo/flush/scenario.ts';
import { storeFigures } from '../../../../plugin/demo/flush/store.ts';
import { writesWhile } from '../../../../plugin/plan/decide/store-load.ts';
import { INITIAL_STATE, reduceFlush } from '../../../../plugin/views/demo/state.ts';

export const STARTED_AT_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;
const ZONES = ['zone-a', 'zone-b', 'zone-c'];
const DEMAND = demandOf(cortexScenario(3));

const at = (minutes: number) => ({ atMs: STARTED_AT_MS + minutes * MINUTE_MS });

function load(minutes: number, side: Side, ...zones: number[]): FlushEvent {
  const named = zones.map((zone) => ZONES[zone] ?? '');
  const writesPerSecond = writesWhile(DEMAND, zones.length);
  return { ...at(minutes), type: 'load', side, flushing: zones.length, zones: named, writesPerSecond };
}

const UNFINISHED: readonly FlushEvent[] = [
  {
    ...at(0),
    type: 'started',
    demand: DEMAND,
    pods: 3,
    flushMs: 10 * MINUTE_MS,
    expectedMs: 35 * MINUTE_MS,
    speed: 30,
    command: 'kubectl zone rollout sts/ingester',
  },
  load(0, 'plain'),
  load(0, 'zone'),
  { ...at(0.1), type: 'said', line: 'wave 1 in zone-a: ingester-0' },
  load(0.2, 'zone', 0),
  load(0.5, 'plain', 0),
  load(1, 'plain', 0, 2),
  load(1.5, 'plain', 0, 1, 2),
  load(10.2, 'zone'),
  load(10.5, 'plain', 1, 2),
  { ...at(10.7), type: 'said', line: 'zone-a: ingester-0 back in 10m 30s' },
  { ...at(10.7), type: 'said', line: 'wave 2 in zone-b: ingester-1' },
  load(10.7, 'zone', 1),
  load(11, 'plain', 1),
  load(11.5, 'plain'),
  { ...at(11.5), type: 'settled', side: 'plain' },
  load(20.7, 'zone'),
  load(21.2, 'zone', 2),
  load(31.2, 'zone'),
  { ...at(31.6), type: 'settled', side: 'zone' },
];

/** A rollout of three ingesters as the demo tells it, up to its end. */
export const SCRIPT: readonly FlushEvent[] = [...UNFINISHED, finished(UNFINISHED, 31.6)];

/** The events of the first minutes. */
export function scriptUntil(minutes: number): FlushEvent[] {
  return SCRIPT.filter(({ atMs }) => atMs <= STARTED_AT_MS + minutes * MINUTE_MS);
}

export function stateUntil(minutes: number) {
  return { ...scriptUntil(minutes).reduce(reduceFlush, INITIAL_STATE), quitting: false };
}

function finished(events: readonly FlushEvent[], minutes: number): FlushEvent {
  const record = events.reduce(recorded, EMPTY_RECORD);
  const figuresOf = (side: Side) => storeFigures(record[side], DEMAND.capacity, at(minutes).atMs);
  const figures = { plain: figuresOf('plain'), zone: figuresOf('zone') };
  return { ...at(minutes), type: 'finished', exitCode: 0, figures };
}
