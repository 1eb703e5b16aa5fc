import type { Reporter } from '../../shared/rollout/drive/events.ts';
import type { Context } from '../cli/context.ts';
import type { EventOutput } from '../cli/print-data.ts';

/**
 * What the keys of a live view can do to a rollout of this or another process. Results are sentences to show; so are
 * failures, so that no key ends the view.
 */
export interface RolloutControls {
  /** Pauses the rollout, or resumes a paused one. */
  togglePause(): Promise<string>;
  /** Changes the value in force by one pod, within 1 and all replicas. */
  changeMaxUnavailable(by: 1 | -1): Promise<string>;
  /** Prepares the rollback to the previous revision; a sentence if there is none. */
  planUndo(): Promise<UndoProposal | string>;
  /** Why a pod is not available, from the current state of the watches. */
  explain(pod: string): readonly Finding[];
}

/** A change of the template that waits for confirmation. */
export interface UndoProposal {
  /** Name of the revision to roll back to. */
  revision: string;
  /** The differences, one line each. */
  differences: readonly string[];
  /** Applies the change. */
  confirm(): Promise<string>;
}

/** One fact about a pod. */
export interface Finding {
  about: 'pod' | 'condition' | 'gate' | 'container';
  text: string;
  /** Whether it keeps the pod from being available. */
  holds: boolean;
}

export interface RolloutReporterOptions {
  output: EventOutput | undefined;
  /** Called when a key asks to end: `q` stops the rollout, Ctrl-C interrupts it. */
  onQuit(outcome: 'stopped' | 'interrupted'): void;
  /** The actions of the live view's keys, except quitting. */
  controls: RolloutControls | undefined;
  /** The rollout runs in another process: quitting does not stop it. */
  looksOn: boolean;
}

/** Opens the reporter for the output; passed in by the command. */
export type OpenRolloutReporter = (context: Context, options: RolloutReporterOptions) => Promise<Reporter>;
