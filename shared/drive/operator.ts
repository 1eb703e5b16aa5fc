import type { Clock } from '../clock.ts';

/** Who rolls out or drains: a person at a terminal, or nobody. */
export interface Operator {
  /** Shows one line at once: before a reporter is open, and after it is closed. */
  say(line: string): void;
  /** Whether a person would answer a question. */
  readonly answers: boolean;
  /**
   * Asks a yes-or-no question.
   *
   * @param wayOut what to pass instead where nobody can be asked
   * @throws UserError where nobody can be asked: silence never means yes
   * @throws InterruptedError when the question is interrupted
   */
  confirm(question: string, wayOut: string): Promise<boolean>;
}

/** A process, as a Lease names its holder. */
export interface ProcessIdentity {
  host: string;
  user: string;
  pid: number;
}

/** What a rollout needs of its process beside the clients. */
export interface DriveContext {
  clock: Clock;
  /** Numbers in [0, 1) for jitter and names. */
  random: () => number;
  processIdentity: ProcessIdentity;
  operator: Operator;
}
