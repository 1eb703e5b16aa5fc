import type { ExitCode } from '../../errors.ts';
import type { Demand, Side } from './scenario.ts';
import type { StoreFigures } from './store.ts';

/**
 * What the demo tells while it runs; the JSON output is these events, one a line. Times are of the sandbox's clock.
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

/** What the ingesters of one side ask of the store, from one moment on. */
export interface Load {
  /** Ingesters that flush. */
  flushing: number;
  /** The zones in which they are, sorted. */
  zones: readonly string[];
  writesPerSecond: number;
}

export interface FlushReporter {
  report(event: FlushEvent): void;
  close(): Promise<void>;
}
