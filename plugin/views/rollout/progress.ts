import type { RolloutEvent } from '../../rollout/events.ts';
import type { Progress } from '../json.ts';

/** What the JSON output says of a snapshot; no time left while there is nothing to estimate it from. */
export function rolloutProgress(event: RolloutEvent): Progress | undefined {
  if (event.type !== 'snapshot') return undefined;
  const { updated, total, down, remainingMs } = event.snapshot;
  return { counts: { updated, total, down }, estimates: { remainingMs } };
}
