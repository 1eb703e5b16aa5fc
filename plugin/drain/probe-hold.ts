import { describeHold, followHold, NOTHING_HELD } from '../probe/decide/hold.ts';
import type { Probe } from '../probe/probe.ts';

/**
 * Why failed requests pause a drain; undefined otherwise. A drain has no Lease through which it could be resumed: it
 * stays paused until it is ended, and the same command, which resumes it, counts from zero.
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
  if (broken !== undefined) return `paused: ${broken}; stop the drain and run the same command again`;
  const hold = followHold(NOTHING_HELD, { failed, most: maxFailures, pause: 'unseen' });
  if (hold.state === 'open' || maxFailures === undefined) return undefined;
  const why = describeHold(hold, { failed, requests, most: maxFailures, last });
  return `paused: ${why}; stop the drain and run the same command again, which resets the count`;
}
