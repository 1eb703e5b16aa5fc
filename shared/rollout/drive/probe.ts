import type { ProbeSummary } from '../../drive/probe-news.ts';
import type { GateState } from '../decide/types.ts';
import type { Reporter, RolloutOutcome } from './events.ts';

/** How failing requests can pause a rollout: through its Lease, as operators do. */
export interface ProbePause {
  /** Whether the Lease says that the rollout is paused. */
  paused(): boolean;
  /** The resourceVersion of the observed Lease; empty if no watch has shown one. */
  seenVersion(): string;
  /** Writes a pause to the Lease; resolves with the Lease's resourceVersion. */
  pause(reason: string): Promise<string>;
  /** Removes the pause. */
  unpause(): Promise<unknown>;
  resumeCommand: string;
  /** Called after each failure. */
  wake(): void;
}

/** Sends requests to the service throughout the rollout. */
export interface RolloutProbe {
  /** Wraps a reporter, so that the probe knows which pods are being replaced. */
  follow(reporter: Reporter): Reporter;
  /** Reports the probe's results, and lets failures pause the rollout. */
  begin(reporter: Reporter, pause: ProbePause): void;
  /** Must be called whenever the Lease may have changed. */
  look(): void;
  gates(): readonly GateState[];
  /** Stops sending and returns the results. Its own pause does not outlive a finished rollout. */
  end(outcome: RolloutOutcome): Promise<{ probe?: ProbeSummary }>;
}

/** No probe. */
export const NO_PROBE: RolloutProbe = {
  follow: (reporter) => reporter,
  begin() {},
  look() {},
  gates: () => [],
  end: async () => ({}),
};
