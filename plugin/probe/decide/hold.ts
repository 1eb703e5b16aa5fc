/** Whether failed requests pause a run, and the state of that pause. */
export interface ProbeHold {
  /**
   * `due`: too many requests have failed, and the pause that an operator can lift is not in force yet; `paused`: it was
   * seen in force.
   */
  state: 'open' | 'due' | 'paused';
  /** How many had failed when an operator resumed the run; only later failures count. */
  forgiven: number;
}

/** What is observed of the pause that belongs to a hold. */
export type PauseSeen = 'unseen' | 'in force' | 'lifted';

export const NOTHING_HELD: ProbeHold = { state: 'open', forgiven: 0 };

/**
 * Updates the hold. Failures count over the complete run, so that time alone never lifts a hold: the service may only
 * look healthy because nothing is being replaced. A hold ends when its pause is lifted, and counting starts over.
 *
 * @param most tolerated failures; undefined for any number
 * @param pause ignored while the hold is open
 */
export function followHold(
  { state, forgiven }: ProbeHold,
  { failed, most, pause }: { failed: number; most: number | undefined; pause: PauseSeen },
): ProbeHold {
  if (state === 'open')
    return { state: most !== undefined && failed - forgiven > most ? 'due' : 'open', forgiven };
  switch (pause) {
    case 'unseen':
      return { state, forgiven };
    case 'in force':
      return { state: 'paused', forgiven };
    case 'lifted':
      return { state: 'open', forgiven: failed };
  }
}

/** The reason for the hold: `4 of 1210 requests failed, --max-probe-failures is 3; last failure: 502 Bad Gateway`. */
export function describeHold(
  { forgiven }: ProbeHold,
  { failed, requests, most, last }: { failed: number; requests: number; most: number; last: string },
): string {
  const since = forgiven === 0 ? `of ${requests} requests failed` : 'more failed since it was resumed';
  return `${failed - forgiven} ${since}, --max-probe-failures is ${most}; last failure: ${last}`;
}
