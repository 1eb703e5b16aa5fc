import type { GateState } from '../rollout/decide/types.ts';

/**
 * Somebody outside who is asked, and whose one answer says the states of one gate or of several, such as CloudWatch
 * about all its alarms. It knows nothing of time: `watch.ts` asks again and again, waits and gives up.
 */
export interface GateSource {
  /** Who is asked, for sentences such as "no answer from CloudWatch". */
  readonly source: string;
  /** Names of its gates, in the order of the states in every answer. */
  readonly names: readonly string[];
  /**
   * Asks once.
   *
   * @param signal aborts when the answer is not waited for any longer
   * @throws UserError for what only the operator can mend: a rollout does not start with it, and holds if it comes up
   * later
   * @throws Error for every other reason why there is no answer
   */
  check(signal: AbortSignal): Promise<readonly GateState[]>;
  /**
   * What an answer rests on besides time, such as the pods that there are. Once it differs from what it was when the
   * question was asked, the answer is not fresh any more.
   */
  basis?(): string;
  /** Lets go of connections. Nothing is asked afterwards. */
  close(): void;
}

/** How often gates are asked, and how long their answers are waited for. */
export interface GateTimes {
  /** An answer serves for this long; the next question is asked before that. */
  freshForMs: number;
  /** A question without an answer for this long has failed. */
  timeoutMs: number;
}

/** Ten seconds are the recheck interval of AWS's controller, so that an alarm holds no later than it would there. */
export const GATE_TIMES: GateTimes = { freshForMs: 10_000, timeoutMs: 10_000 };
