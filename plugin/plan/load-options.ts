import type { Options } from 'yargs';
import { type Arguments, read } from '../cli/command.ts';
import { durationOption } from '../cli/connection.ts';
import { UsageError } from '../cli/errors.ts';
import { collectUsageErrors, type UsageErrors } from '../cli/usage-errors.ts';
import type { HeldSeries } from './decide/store-load.ts';

/** Flags for facts about a workload that the cluster does not show. */
export const LOAD_OPTIONS: Readonly<Record<string, Options>> = {
  'start-time': {
    type: 'string',
    describe: 'How long a pod takes until it is Ready, such as 2m; by default as observed',
  },
  'flush-time': {
    type: 'string',
    describe: 'How long a pod takes to flush when it exits, such as 10m; by default at most its grace period',
  },
  series: {
    type: 'string',
    describe: 'Series in memory, summed over all ingesters: with three replicas each counts three times',
  },
  'chunk-age': { type: 'string', describe: 'How long a chunk is open before it is written, such as 1h' },
  'entries-per-chunk': {
    type: 'string',
    describe: 'Writes per chunk, such as 7 index entries',
  },
  'write-capacity': {
    type: 'string',
    describe: 'Writes per second that the store can sustain; the table then shows what is safe',
  },
};

/** The values of the flags; undefined ones are read from the cluster, or not needed. */
export interface GivenLoad {
  startMs: number | undefined;
  flushMs: number | undefined;
  held: HeldSeries | undefined;
  /** Writes per second; only with `held`. */
  capacity: number | undefined;
}

/** All of them are needed for the writes per second. */
const HELD = ['series', 'chunk-age', 'entries-per-chunk', 'flush-time'] as const;

/**
 * Parses the flags.
 *
 * @throws UsageError that names every invalid or missing flag
 */
export function givenLoad(args: Arguments): GivenLoad {
  const problems = collectUsageErrors();
  const startMs = problems.attempt(() => durationOption(args, 'start-time'));
  const flushMs = problems.attempt(() => durationOption(args, 'flush-time'));
  const chunkAgeMs = problems.attempt(() => durationOption(args, 'chunk-age'));
  const series = problems.attempt(() => positive(args, 'series', 'series, such as 600000'));
  const entriesPerChunk = problems.attempt(() => positive(args, 'entries-per-chunk', 'writes, such as 7'));
  const capacity = problems.attempt(() => positive(args, 'write-capacity', 'writes per second'));
  const asked = reportMissing(args, problems);
  if (chunkAgeMs === 0) problems.add('--chunk-age: must be more than 0', 'for example 1h');
  if (asked && flushMs === 0) problems.add('--flush-time: must be more than 0', 'for example 10m');
  problems.throwIfAny();
  const complete =
    series !== undefined &&
    chunkAgeMs !== undefined &&
    entriesPerChunk !== undefined &&
    flushMs !== undefined;
  return {
    startMs,
    flushMs,
    held: complete ? { series, chunkAgeMs, entriesPerChunk, flushMs } : undefined,
    capacity,
  };
}

/** Returns whether writes per second are to be estimated; `--flush-time` alone only affects durations. */
function reportMissing(args: Arguments, problems: UsageErrors): boolean {
  const given = (name: string) => args[name] !== undefined;
  const because = ['write-capacity', ...HELD].find((name) => name !== 'flush-time' && given(name));
  if (because === undefined) return false;
  const lacking = HELD.filter((name) => !given(name)).map((name) => `--${name}`);
  if (lacking.length > 0) {
    problems.add(
      `--${because}: requires ${lacking.join(', ')}`,
      'for example --series 600000 --chunk-age 1h --entries-per-chunk 7 --flush-time 10m',
    );
  }
  return true;
}

function positive(args: Arguments, name: string, what: string): number | undefined {
  const text = read.text(args, name);
  if (text === undefined) return undefined;
  const number = /^\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new UsageError(`--${name}: "${text}" is not a number of ${what}`);
}
