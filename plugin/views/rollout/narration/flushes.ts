import { firstNames, formatDuration } from '../../../../shared/format.ts';
import type { PodCell, RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';
import type { LogLine } from '../../narration/log-line.ts';

/** Most pods terminate within 30 seconds: only those that take longer are reported. */
const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 5 * 60_000;

export interface LeavingCell {
  zone: string;
  cell: PodCell;
  forMs: number;
  graceLeftMs: number;
}

/** The terminating pods, longest first. */
export function leavingCells({ zones }: RolloutSnapshot): LeavingCell[] {
  const found = zones.flatMap(({ zone, cells }) =>
    cells.flatMap((cell) => (cell.termination ? [{ zone, cell, ...cell.termination }] : [])),
  );
  return found.sort((a, b) => b.forMs - a.forMs);
}

/** `27m 55s left`, or how long the grace period has been over. */
export function graceLeft(graceLeftMs: number): string {
  return graceLeftMs > 0
    ? `${formatDuration(graceLeftMs)} left`
    : `grace period over for ${formatDuration(-graceLeftMs)}`;
}

/**
 * Reports which pods have been terminating for more than a minute, and again every five minutes.
 *
 * @param reported by pod: how often it has been reported
 * @returns the same for the next snapshot, and the lines
 */
export function flushesSeen(
  reported: ReadonlyMap<string, number>,
  atMs: number,
  snapshot: RolloutSnapshot,
): [ReadonlyMap<string, number>, LogLine[]] {
  const cells = leavingCells(snapshot);
  const due = cells.filter(({ cell, forMs }) => timesDue(forMs) > (reported.get(cell.name) ?? 0));
  const [longest] = due;
  const next = new Map(cells.map(({ cell, forMs }) => [cell.name, timesDue(forMs)]));
  if (!longest) return [next, []];
  const names = firstNames(due.map(({ cell }) => cell.name));
  const long = due.length === 1 ? formatDuration(longest.forMs) : `up to ${formatDuration(longest.forMs)}`;
  const least = Math.min(...due.map(({ graceLeftMs }) => graceLeftMs));
  const text = `${names} terminating for ${long}, ${graceLeft(least)}${least > 0 ? ' of the grace period' : ''}`;
  return [next, [{ atMs, text, tone: 'normal' }]];
}

function timesDue(forMs: number): number {
  return forMs < FIRST_AFTER_MS ? 0 : 1 + Math.floor(forMs / EVERY_MS);
}
