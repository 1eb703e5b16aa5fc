import type { RolloutEvent } from '../../../shared/rollout/drive/events.ts';
import type { Progress } from '../narration/json.ts';
import { leavingCells } from './narration/flushes.ts';

const MINUTE_MS = 60_000;

/**
 * The fields of a snapshot in the JSON output; without an estimate there is no time left, and without terminating pods
 * no list of them. A pod that takes long to terminate is reported again every minute.
 */
export function rolloutProgress(event: RolloutEvent): Progress | undefined {
  if (event.type !== 'snapshot') return undefined;
  const { updated, total, down, remainingMs } = event.snapshot;
  const cells = leavingCells(event.snapshot);
  const terminating = cells.map(({ zone, cell: { name: pod }, ...times }) => ({ pod, zone, ...times }));
  return {
    counts: { updated, total, down },
    estimates: { remainingMs, terminating: cells.length > 0 ? terminating : undefined },
    step: Math.floor((cells[0]?.forMs ?? 0) / MINUTE_MS),
  };
}
