/**
 * What one process has seen of its budgets, by its own clock: since when a reservation has been there (L8), since when
 * a status has not been trusted, and whether the status is a later one of the same history (L7). A status alone cannot
 * tell that it has been put back. Pure: times are arguments.
 */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import { distrust, identityOf } from './trust.ts';
import type { BudgetStatus, Reservation, ZoneDisruptionBudget } from './types.ts';

export interface BudgetMemory {
  /** Takes note of a budget as it was read, watched or written. Older versions of it than the newest are left alone. */
  see(budget: ZoneDisruptionBudget, atMs: number): void;
  /** Begins to distrust the status that was seen last: something else has shown that it is not of this history. */
  distrust(budget: ZoneDisruptionBudget, atMs: number): void;
  /**
   * Evictions may have passed that no replica was asked about. The status is not trusted from then on, whoever goes on
   * to write counts without knowing of that, until one is seen that says so itself.
   */
  notAsked(budget: ZoneDisruptionBudget, atMs: number): void;
  /** When the newest version of the budget was seen first; undefined for one that was not seen. */
  seenAtMs(budget: ZoneDisruptionBudget): number | undefined;
  /** Since when nothing can be told from the budget's status; undefined for one that is trusted. */
  distrustedSinceMs(budget: ZoneDisruptionBudget): number | undefined;
  /** Since when the reservation has been there, at the latest; undefined for one that was not seen. */
  reservedSinceMs(budget: ZoneDisruptionBudget, reservation: Reservation): number | undefined;
  /**
   * Since when the pod has been reserved without a break, also by admissions one after the other: whoever never removes
   * it and asks again and again keeps all other zones closed.
   */
  standingSinceMs(budget: ZoneDisruptionBudget, reservation: Pick<Reservation, 'uid'>): number | undefined;
  /** The highest revision seen of the budget. */
  revision(budget: ZoneDisruptionBudget): number;
  /** The budget does not exist any more. */
  forget(uid: string): void;
}

interface Seen {
  atMs: number;
  resourceVersion: string;
  generation: number;
  revision: number;
  /** What the status says; the same revision never says two things. */
  content: string;
  identity: string;
  distrustedSinceMs: number | undefined;
  /** Whether `notAsked` was called, and no status has said so yet. */
  hasGap: boolean;
  reservations: ReadonlyMap<string, number>;
  /** By the uids of the pods. */
  standing: ReadonlyMap<string, number>;
}

export function createBudgetMemory(): BudgetMemory {
  const memory = new Map<string, Seen>();

  return {
    see(budget, atMs) {
      const { uid } = budget.metadata;
      const before = memory.get(uid);
      if (before && compareResourceVersions(budget.metadata.resourceVersion, before.resourceVersion) <= 0)
        return;
      memory.set(uid, next(budget, before, atMs));
    },
    distrust({ metadata }, atMs) {
      const seen = memory.get(metadata.uid);
      if (seen) seen.distrustedSinceMs ??= atMs;
    },
    notAsked({ metadata }, atMs) {
      const seen = memory.get(metadata.uid);
      if (seen) Object.assign(seen, { distrustedSinceMs: atMs, hasGap: true });
    },
    seenAtMs: ({ metadata }) => memory.get(metadata.uid)?.atMs,
    distrustedSinceMs: ({ metadata }) => memory.get(metadata.uid)?.distrustedSinceMs,
    reservedSinceMs: ({ metadata }, reservation) =>
      memory.get(metadata.uid)?.reservations.get(keyOf(reservation)),
    standingSinceMs: ({ metadata }, { uid }) => memory.get(metadata.uid)?.standing.get(uid),
    revision: ({ metadata }) => memory.get(metadata.uid)?.revision ?? 0,
    forget: (uid) => void memory.delete(uid),
  };
}

function next(budget: ZoneDisruptionBudget, before: Seen | undefined, atMs: number): Seen {
  const { metadata, status } = budget;
  const identity = identityOf(budget);
  const content = contentOf(status);
  const putBack =
    before !== undefined &&
    (status.revision < before.revision ||
      (status.revision === before.revision && content !== before.content));
  const skipped = before !== undefined && metadata.generation - before.generation > 1;
  const changed = putBack || skipped || before?.identity !== identity;
  const reservations = new Map<string, number>();
  const standing = new Map<string, number>();
  for (const reservation of status.reservations) {
    const key = keyOf(reservation);
    reservations.set(key, before?.reservations.get(key) ?? atMs);
    standing.set(reservation.uid, before?.standing.get(reservation.uid) ?? atMs);
  }
  const saysSo = distrust(budget) !== undefined;
  const hasGap = before?.hasGap === true && !saysSo;
  const isTrusted = !saysSo && !putBack && !hasGap;
  // A change while it is not trusted may have let others pass: the time begins anew.
  const sinceMs = changed ? atMs : (before?.distrustedSinceMs ?? atMs);
  return {
    atMs,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    revision: Math.max(status.revision, before?.revision ?? 0),
    content,
    identity,
    hasGap,
    distrustedSinceMs: isTrusted ? undefined : sinceMs,
    reservations,
    standing,
  };
}

function keyOf({ uid, revision }: Reservation): string {
  return `${uid}/${revision}`;
}

function contentOf({ versions, identity, zones, reservations, lastZones, unreserved }: BudgetStatus): string {
  const names = reservations.map(keyOf);
  return JSON.stringify([versions, identity, zones, names, [...lastZones], [...unreserved]]);
}
