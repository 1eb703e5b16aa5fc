import type { ProbeSummary } from '../../drive/probe-news.ts';
import type { GateState } from '../decide/types.ts';
import type { Reporter, RolloutOutcome } from './events.ts';

/** How requests that fail can pause a rollout: through its Lease, as operators do. */
export interface ProbePause {
  /** Whether the rollout's Lease says that it is paused. */
  paused(): boolean;
  /** The resourceVersion of the Lease that says so; empty where no watch has shown it. */
  seenVersion(): string;
  /** Writes a pause into the Lease, and resolves with the Lease's resourceVersion. */
  pause(reason: string): Promise<string>;
  /** Takes it out again. */
  unpause(): Promise<unknown>;
  resumeCommand: string;
  /** Called after each failure. */
  wake(): void;
}

/** Requests that are sent to the service all the time while it is rolled out. */
export interface RolloutProbe {
  /** A reporter by which the probe knows which pods are being replaced. */
  follow(reporter: Reporter): Reporter;
  /** Reports what the probe finds, and lets failures pause the rollout. */
  begin(reporter: Reporter, pause: ProbePause): void;
  /** To be called whenever the Lease may have changed. */
  look(): void;
  gates(): readonly GateState[];
  /** Sends nothing more and returns what there was. Its own pause does not outlive a rollout that is done. */
  end(outcome: RolloutOutcome): Promise<{ probe?: ProbeSummary }>;
}

/** Nothing is probed. */
export const NO_PROBE: RolloutProbe = {
  follow: (reporter) => reporter,
  begin() {},
  look() {},
  gates: () => [],
  end: async () => ({}),
};
