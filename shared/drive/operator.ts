import type { Clock } from '../clock.ts';

/** The operator of a rollout or drain; there may be no terminal. */
export interface Operator {
  /** Prints one line immediately: before a reporter is open, and after it is closed. */
  say(line: string): void;
  /** Whether questions can be answered. */
  readonly answers: boolean;
  /**
   * Asks a yes-or-no question.
   *
   * @param wayOut what to pass instead without a terminal
   * @throws UserError without a terminal: no answer never means yes
   * @throws InterruptedError if the question is interrupted
   */
  confirm(question: string, wayOut: string): Promise<boolean>;
}

/** The identity of a process as the holder of a Lease. */
export interface ProcessIdentity {
  host: string;
  user: string;
  pid: number;
}

/** What a rollout needs from its process, besides the clients. */
export interface DriveContext {
  clock: Clock;
  /** Numbers in [0, 1) for jitter and names. */
  random: () => number;
  processIdentity: ProcessIdentity;
  operator: Operator;
}
