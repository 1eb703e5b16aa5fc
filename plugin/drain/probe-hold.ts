import { describeHold, followHold, NOTHING_HELD } from '../probe/decide/hold.ts';
import type { Probe } from '../probe/probe.ts';

/**
 * Why a drain is held by failed requests; undefined while it is not. A drain has no Lease through which somebody could
 * let it go on: it is held until it is ended, and the same command, which goes on, counts anew.
 */
export function drainHold(
  {
    failed,
    requests,
    lastFailure: last,
    broken,
  }: Pick<Probe, 'failed' | 'requests' | 'lastFailure' | 'broken'>,
  maxFailures: number | undefined,
): string | undefined {
  if (broken !== undefined)
    return `held by the probes: ${broken}; end the drain, and run the same command again`;
  const hold = followHold(NOTHING_HELD, { failed, most: maxFailures, pause: 'unseen' });
  if (hold.state === 'open' || maxFailures === undefined) return undefined;
  const why = describeHold(hold, { failed, requests, most: maxFailures, last });
  return `held by the probes: ${why}; end the drain, and the same command goes on and counts anew`;
}
