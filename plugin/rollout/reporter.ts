import type { Reporter } from '../../shared/rollout/drive/events.ts';
import type { Context } from '../cli/context.ts';

/**
 * What the keys of a live view can do to a rollout that runs here or elsewhere. Results are sentences to show; what
 * fails is a sentence too, so that no key ends the view.
 */
export interface RolloutControls {
  /** Pauses, or resumes what is paused. */
  togglePause(): Promise<string>;
  /** Counts in pods from the value in force, from 1 to all replicas. */
  changeMaxUnavailable(by: 1 | -1): Promise<string>;
  /** Works out the way back to the previous revision; a sentence where there is none. */
  planUndo(): Promise<UndoProposal | string>;
  /** Why a pod is not available, from what the watches show now. */
  explain(pod: string): readonly Finding[];
}

/** A change of the template that waits for a yes. */
export interface UndoProposal {
  /** Name of the revision that the template goes back to. */
  revision: string;
  /** What will be different, a line each. */
  differences: readonly string[];
  /** Makes the change. */
  confirm(): Promise<string>;
}

/** One thing that is known about a pod. */
export interface Finding {
  about: 'pod' | 'condition' | 'gate' | 'container';
  text: string;
  /** Whether it keeps the pod from being available. */
  holds: boolean;
}

export interface RolloutReporterOptions {
  output: 'plain' | 'json' | undefined;
  /** Called when a key asks to end: `q` leaves the rollout where it is, Ctrl-C interrupts. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  /** What the keys of a live view can do, beside leaving it. */
  controls: RolloutControls | undefined;
  /** Another process rolls out: leaving ends nothing. */
  looksOn: boolean;
}

/** Opens the reporter for where the output goes; handed in by the command. */
export type OpenRolloutReporter = (context: Context, options: RolloutReporterOptions) => Promise<Reporter>;
