import type { Clock } from '../../../shared/clock.ts';
import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import type { EventOutput } from '../../cli/print-data.ts';
import type { Demand, Side } from './scenario.ts';

/**
 * What the demo reports while it runs; the JSON output is these events, one per line. Times are on the sandbox's clock.
 */
export type FlushEvent = { atMs: number } & (
  | {
      type: 'started';
      demand: Demand;
      pods: number;
      /** How long one ingester flushes. */
      flushMs: number;
      /** Approximate duration, which sets the width of a chart. */
      expectedMs: number;
      /** Speed of the sandbox's clock relative to real time. */
      speed: number;
      /** The command for our side, as an operator would type it. */
      command: string;
    }
  | ({ type: 'load'; side: Side } & Load)
  /** A line printed by our command. */
  | { type: 'said'; line: string }
  /** Every pod is new and Ready, and none is flushing. */
  | { type: 'settled'; side: Side }
  | { type: 'finished'; exitCode: ExitCode; figures: Readonly<Record<Side, StoreFigures>> }
);

/** The load of one side's ingesters on the store, from then on. */
export interface Load {
  /** Number of flushing ingesters. */
  flushing: number;
  /** Their zones, sorted. */
  zones: readonly string[];
  writesPerSecond: number;
}

/** The effect of one side on the store. */
export interface StoreFigures {
  peakWritesPerSecond: number;
  /** How long the load exceeded the store's capacity. */
  overrunMs: number;
  /** Writes beyond the capacity, which the store drops. An ingester that exits does not retry: they are lost. */
  writesLost: number;
  mostFlushing: number;
  mostZonesFlushing: number;
  /** Until the last pod was new and none was flushing; undefined before that. */
  tookMs: number | undefined;
}

export interface FlushReporter {
  report(event: FlushEvent): void;
  close(): Promise<void>;
}

export interface FlushReporterOptions {
  output: EventOutput | undefined;
  /** The sandbox's time; animation uses the context's clock. */
  clock: Clock;
  /** Called when a key asks to end. */
  onQuit(): void;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenFlushReporter = (context: Context, options: FlushReporterOptions) => Promise<FlushReporter>;
