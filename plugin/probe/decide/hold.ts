/** Whether failed requests hold a run, and what was done about it. */
export interface ProbeHold {
  /**
   * `due`: too many have failed, and the pause that an operator can lift is not in force yet; `paused`: it was seen in
   * force.
   */
  state: 'open' | 'due' | 'paused';
  /** How many had failed when an operator let the run go on; only later ones count. */
  forgiven: number;
}

/** What is to be seen of the pause that goes with a hold. */
export type PauseSeen = 'unseen' | 'in force' | 'lifted';

export const NOTHING_HELD: ProbeHold = { state: 'open', forgiven: 0 };

/**
 * Follows the failures. They count over the whole run, so that time alone never opens a hold again: the service may
 * look well only because nothing is replaced. It ends when the pause that goes with it is lifted, and counts anew.
 *
 * @param most failures that are put up with; undefined for any number
 * @param pause of no meaning while the hold is open
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

/** Why it holds: `4 of 1210 requests failed, --max-probe-failures is 3; the last one: 502 Bad Gateway`. */
export function describeHold(
  { forgiven }: ProbeHold,
  { failed, requests, most, last }: { failed: number; requests: number; most: number; last: string },
): string {
  const since = forgiven === 0 ? `of ${requests} requests failed` : 'more failed since it went on';
  return `${failed - forgiven} ${since}, --max-probe-failures is ${most}; the last one: ${last}`;
}
