import type { Clock } from '../../../shared/clock.ts';
import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import type { Demand, Side } from './scenario.ts';

/**
 * What the demo reports while it runs; the JSON output is these events, one a line. Times are of the sandbox's clock.
 */
export type FlushEvent = { atMs: number } & (
  | {
      type: 'started';
      demand: Demand;
      pods: number;
      /** How long one ingester flushes. */
      flushMs: number;
      /** How long it will take, about, so that a chart knows how wide it becomes. */
      expectedMs: number;
      /** How many times as fast as ours the sandbox's clock runs. */
      speed: number;
      /** The command of our side, as an operator would type it. */
      command: string;
    }
  | ({ type: 'load'; side: Side } & Load)
  /** A line that our command wrote. */
  | { type: 'said'; line: string }
  /** Every pod is new and Ready, and none flushes any more. */
  | { type: 'settled'; side: Side }
  | { type: 'finished'; exitCode: ExitCode; figures: Readonly<Record<Side, StoreFigures>> }
);

/** What the ingesters of one side ask of the store, from then on. */
export interface Load {
  /** Ingesters that flush. */
  flushing: number;
  /** The zones in which they are, sorted. */
  zones: readonly string[];
  writesPerSecond: number;
}

/** How the store fared with one side. */
export interface StoreFigures {
  peakWritesPerSecond: number;
  /** How long more was asked of the store than it takes. */
  overrunMs: number;
  /** Writes that it shed, the excess over its capacity. An ingester that exits does not try again: they are lost. */
  writesLost: number;
  mostFlushing: number;
  mostZonesFlushing: number;
  /** Until the last pod was new and none flushed; undefined as long as that is not so. */
  tookMs: number | undefined;
}

export interface FlushReporter {
  report(event: FlushEvent): void;
  close(): Promise<void>;
}

export interface FlushReporterOptions {
  output: 'plain' | 'json' | undefined;
  /** Tells the sandbox's time; what is drawn keeps the pace of the context's. */
  clock: Clock;
  /** Called when a key asks to end. */
  onQuit(): void;
}

/** Opens the reporter for where the output goes; handed in by the command. */
export type OpenFlushReporter = (context: Context, options: FlushReporterOptions) => Promise<FlushReporter>;
