import { settlingMessage, syncFailure } from '../../shared/budget/decide/condition.ts';
import type { BudgetStatus, ZoneCount, ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { compareText, isKnownZone } from '../../shared/kube/zones.ts';

/** The note for a budget that no webhook has counted. */
export const NEVER_COUNTED = 'no webhook has counted its pods yet';

/**
 * How a budget's stored status, by which the webhook decides, differs from its current pods. A working webhook updates it
 * within moments.
 *
 * @param now the status counted from the pods
 */
export function differences({ metadata, status }: ZoneDisruptionBudget, now: BudgetStatus): string[] {
  // Not outdated: what it waits for is a separate problem.
  if (settlingMessage(status) !== undefined) return [];
  if (status.versions.pods === undefined) return [NEVER_COUNTED];
  const failure = syncFailure(status);
  if (failure !== undefined) return [`the webhook could not count its pods: ${failure}`];
  if (status.observedGeneration !== metadata.generation) {
    return ['the webhook has not counted its pods since its spec was changed'];
  }
  const found: string[] = [];
  const counts = (zones: readonly ZoneCount[]) => new Map(zones.map((count) => [count.zone, count]));
  const stored = counts(status.zones);
  const counted = counts(now.zones);
  for (const zone of [...new Set([...stored.keys(), ...counted.keys()])].sort(compareText)) {
    const before = healthy(stored.get(zone));
    const after = healthy(counted.get(zone));
    if (before !== after) found.push(`${label(zone)}: stored ${before} healthy, counted ${after}`);
  }
  const ended = status.reservations.length - now.reservations.length;
  if (ended > 0)
    found.push(
      `stored ${ended} reserved ${ended === 1 ? 'pod' : 'pods'} that no longer ${ended === 1 ? 'exists' : 'exist'}`,
    );
  return found;
}

function healthy(count: ZoneCount | undefined): string {
  return count ? `${count.expected - count.unavailable}/${count.expected}` : '0/0';
}

function label(zone: string): string {
  return isKnownZone(zone) ? zone : `unknown zone of ${zone.slice(1)}`;
}
