import type { GateState } from '../rollout/decide/types.ts';

/**
 * An external source that returns the states of one or several gates per request, such as CloudWatch for all
 * its alarms. It is not concerned with time: `watch.ts` polls, waits and times out.
 */
export interface GateSource {
  /** Name of the source, for sentences such as "no answer from CloudWatch". */
  readonly source: string;
  /** Names of its gates, in the order of the states in every response. */
  readonly names: readonly string[];
  /**
   * Queries the source once.
   *
   * @param signal aborts when the response is no longer needed
   * @throws UserError for what only the operator can fix: a rollout does not start, and waits if it occurs later
   * @throws Error for any other failure
   */
  check(signal: AbortSignal): Promise<readonly GateState[]>;
  /**
   * What a response depends on besides time, such as the existing pods. If it has changed since the request,
   * the response is no longer fresh.
   */
  basis?(): string;
  /** Closes connections. The source is not queried afterwards. */
  close(): void;
}

/** How often gates are polled, and how long to wait for responses. */
export interface GateTimes {
  /** A response is valid for this long; the next request is sent before that. */
  freshForMs: number;
  /** A request without a response within this time has failed. */
  timeoutMs: number;
}

/** Ten seconds is the recheck interval of AWS's controller, so an alarm takes effect no later than there. */
export const GATE_TIMES: GateTimes = { freshForMs: 10_000, timeoutMs: 10_000 };
