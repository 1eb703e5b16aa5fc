import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import type { Tally } from './tally.ts';

/**
 * The rolling updates of the demo, in their order: of the workload as it was found, the one that the patches of
 * `kubectl zone check --fix` cause, and again the first, of the workload that was mended.
 */
export const PHASES = ['found', 'mending', 'mended'] as const;
export type Phase = (typeof PHASES)[number];

/** What the demo reports while it runs; the JSON output is these events, one a line. Times are of the sandbox's clock. */
export type ZeroDowntimeEvent = { atMs: number } & (
  | {
      type: 'started';
      replicas: number;
      /** By our clock. */
      requestsPerSecond: number;
      /** How many times as fast as ours the sandbox's clock runs. */
      speed: number;
      /** Where the load balancer listens. */
      url: string;
    }
  | { type: 'began'; phase: Phase; command: string }
  /** A line that our command wrote. */
  | { type: 'said'; line: string }
  /** What clients have seen so far, now and then. */
  | { type: 'progress'; phase: Phase; tally: Tally }
  | { type: 'ended'; phase: Phase; tookMs: number; tally: Tally }
  | { type: 'finished'; exitCode: ExitCode; tallies: Readonly<Record<Phase, Tally>> }
);

export interface ZeroDowntimeReporter {
  report(event: ZeroDowntimeEvent): void;
  close(): Promise<void>;
}

/** Opens the reporter for where the output goes; handed in by the command. */
export type OpenZeroDowntimeReporter = (
  context: Context,
  output: 'plain' | 'json' | undefined,
) => Promise<ZeroDowntimeReporter>;
