/**
 * What one process has observed of its budgets, by its own clock: since when a reservation exists (L8), since
 * when a status is not trusted, and whether the status is a later one of the same history (L7). A status
 * alone does not show that it was restored from an older version. Pure: times are arguments.
 */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import { distrust, identityOf } from './trust.ts';
import type { BudgetStatus, Reservation, ZoneDisruptionBudget } from './types.ts';

export interface BudgetMemory {
  /** Records a budget that was read, watched or written. Versions older than the newest are ignored. */
  see(budget: ZoneDisruptionBudget, atMs: number): void;
  /** Distrusts the last observed status: other evidence shows that it is not from this history. */
  distrust(budget: ZoneDisruptionBudget, atMs: number): void;
  /**
   * Evictions may have passed without reaching any replica. The status is not trusted from then on, even if a
   * replica that does not know this continues to write counts, until a status says so itself.
   */
  notAsked(budget: ZoneDisruptionBudget, atMs: number): void;
  /** When the newest version of the budget was first observed; undefined if none was. */
  seenAtMs(budget: ZoneDisruptionBudget): number | undefined;
  /** Since when the budget's status is not trusted; undefined if it is. */
  distrustedSinceMs(budget: ZoneDisruptionBudget): number | undefined;
  /** Since when the reservation exists, at the latest; undefined if it was not observed. */
  reservedSinceMs(budget: ZoneDisruptionBudget, reservation: Reservation): number | undefined;
  /**
   * Since when the pod is reserved without interruption, including by successive admissions: a client that
   * never removes it and repeats its request keeps all other zones closed.
   */
  standingSinceMs(budget: ZoneDisruptionBudget, reservation: Pick<Reservation, 'uid'>): number | undefined;
  /** The highest observed revision of the budget. */
  revision(budget: ZoneDisruptionBudget): number;
  /** The budget no longer exists. */
  forget(uid: string): void;
}

interface Seen {
  atMs: number;
  resourceVersion: string;
  generation: number;
  revision: number;
  /** Its contents never differ for the same revision. */
  status: BudgetStatus;
  identity: string;
  distrustedSinceMs: number | undefined;
  /** Whether `notAsked` was called, and no status has said so since. */
  hasGap: boolean;
  reservations: ReadonlyMap<string, number>;
  /** By uid of the pod. */
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
  const putBack =
    before !== undefined &&
    (status.revision < before.revision ||
      (status.revision === before.revision && contentOf(status) !== contentOf(before.status)));
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
  // A change while it is not trusted may have allowed other evictions: the time restarts.
  const sinceMs = changed ? atMs : (before?.distrustedSinceMs ?? atMs);
  return {
    atMs,
    resourceVersion: metadata.resourceVersion,
    generation: metadata.generation,
    revision: Math.max(status.revision, before?.revision ?? 0),
    status,
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
