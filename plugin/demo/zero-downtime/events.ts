import type { Context } from '../../cli/context.ts';
import type { ExitCode } from '../../cli/errors.ts';
import type { EventOutput } from '../../cli/print-data.ts';
import type { Tally } from './tally.ts';

/**
 * The rolling updates of the demo, in order: of the workload as deployed, the one that `kubectl zone check --fix` causes,
 * and the first one again, of the fixed workload.
 */
export const PHASES = ['found', 'mending', 'mended'] as const;
export type Phase = (typeof PHASES)[number];

/**
 * What the demo reports while it runs; the JSON output is these events, one per line. Times are on the sandbox's clock.
 */
export type ZeroDowntimeEvent = { atMs: number } & (
  | {
      type: 'started';
      replicas: number;
      /** In real time. */
      requestsPerSecond: number;
      /** Speed of the sandbox's clock relative to real time. */
      speed: number;
      /** The address of the load balancer. */
      url: string;
    }
  | { type: 'began'; phase: Phase; command: string }
  /** A line printed by our command. */
  | { type: 'said'; line: string }
  /** The clients' results so far, at intervals. */
  | { type: 'progress'; phase: Phase; tally: Tally }
  | { type: 'ended'; phase: Phase; tookMs: number; tally: Tally }
  | { type: 'finished'; exitCode: ExitCode; tallies: Readonly<Record<Phase, Tally>> }
);

export interface ZeroDowntimeReporter {
  report(event: ZeroDowntimeEvent): void;
  close(): Promise<void>;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenZeroDowntimeReporter = (
  context: Context,
  output: EventOutput | undefined,
) => Promise<ZeroDowntimeReporter>;
