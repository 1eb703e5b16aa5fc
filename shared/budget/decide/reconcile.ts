/**
 * The leader's counts for the ledger in a budget's status: recounts the pods and drops the reservations that have ended.
 * Pure: returns the next status, and the caller writes it with the budget's resourceVersion.
 */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import { countedCondition, failedCondition, settlingCondition } from './condition.ts';
import { countZones, knownZones, zonesToKeep } from './count.ts';
import { allowedDisruptions } from './decide.ts';
import { watchedResource } from './owners.ts';
import {
  adoptUnreserved,
  type ConsistentRead,
  LOOK_AGAIN_MS,
  type ReaderTime,
  type Settled,
  settleReservations,
} from './reservations.ts';
import { distrust, identityOf, PROTOCOL } from './trust.ts';
import type {
  BudgetObservation,
  BudgetStatus,
  Reservation,
  Versions,
  ZoneCount,
  ZoneDisruptionBudget,
} from './types.ts';
import { maxUnavailablePods } from './view.ts';

export type Reconciliation =
  | {
      /** `write`: store `status`; `unchanged`: the stored status is equivalent. */
      kind: 'write' | 'unchanged';
      status: BudgetStatus;
      /** Reservations that remain until their pods were read consistently: read, and reconcile again. */
      toRead: readonly Reservation[];
      /** Resources to list again if their caches do not advance (L9). */
      behind: readonly string[];
      /** When time alone can change the result, in ms from now. */
      recheckInMs: number | undefined;
    }
  | {
      /**
       * Nothing may be written: the status is newer than the caches (L4), an owner's replicas are older than
       * the end of one of its pods (L3), or a newer release owns the status (L10).
       */
      kind: 'stale';
      reason: string;
      behind: readonly string[];
      recheckInMs: number;
    };

/** What the counting replica knows besides the budget and the caches. */
export interface Counting extends ReaderTime {
  /** By the API server's clock, for human-readable times. */
  nowMs: number;
  /** Since when the status is not trusted, by the monotonic clock; undefined if it is (L7). */
  distrustedSinceMs: number | undefined;
  /** The highest observed revision of this budget's status. */
  revision: number;
  /** How long after a change evictions that are in no ledger may still be carried out. */
  settleMs: number;
  /** When the oldest consistent list behind the observation began, by the monotonic clock. */
  listedAtMs: number;
}

/**
 * Recounts the pods and drops the reservations that have ended, both in one status (L3), unless the status
 * was counted from a newer cache (L4).
 *
 * @param reads consistent reads of the pods in an earlier `toRead`
 */
export function reconcile(
  budget: ZoneDisruptionBudget,
  observation: BudgetObservation,
  reads: readonly ConsistentRead[],
  at: Counting,
): Reconciliation {
  const { metadata, status } = budget;
  if (distrust(budget) === 'newer-protocol') {
    const reason = `${metadata.name} is managed by a newer version of the webhook`;
    return { kind: 'stale', reason, behind: [], recheckInMs: NEWER_RECHECK_MS };
  }
  const untrusted = at.distrustedSinceMs !== undefined || distrust(budget) !== undefined;
  const behind = untrusted ? [] : olderThan(observation.versions, status.versions);
  const [first] = behind;
  if (first !== undefined) {
    const reason = `the cache of ${first} is at version ${observation.versions[first]}, behind the counts of ${metadata.name} at ${status.versions[first]}`;
    return { kind: 'stale', reason, behind, recheckInMs: LOOK_AGAIN_MS };
  }
  const [unconfirmed] = observation.unconfirmed;
  if (unconfirmed) {
    const reason = `the replicas of ${unconfirmed.kind.toLowerCase()} ${unconfirmed.name} were read before one of its pods ended`;
    const owners = observation.unconfirmed.flatMap((owner) => watchedResource(owner) ?? []);
    return { kind: 'stale', reason, behind: [...new Set(owners)], recheckInMs: LOOK_AGAIN_MS };
  }
  const counted = count(budget, observation, reads, at);
  const settledAtMs = (at.distrustedSinceMs ?? at.monotonicMs) + at.settleMs;
  if (untrusted && (at.monotonicMs < settledAtMs || at.listedAtMs < settledAtMs)) {
    return settling(budget, counted, at, {
      leftMs: settledAtMs - at.monotonicMs,
      unlisted: Object.keys(observation.versions),
    });
  }
  const { next, settled } = counted;
  // Pods change often without changing the counts, and versions alone are not worth a write. An ended
  // reservation always is, because a stale writer must not restore it.
  const same = !untrusted && sameApartFromVersions(next, status);
  return {
    kind: same ? 'unchanged' : 'write',
    status: next,
    toRead: settled.toRead,
    behind: [...settled.behind],
    recheckInMs: settled.recheckInMs,
  };
}

/** A newer release counts. It may be rolled back. */
const NEWER_RECHECK_MS = 10_000;

/** The status that counting these pods now would give, assuming it is trusted. */
export function countAgain(
  budget: ZoneDisruptionBudget,
  observation: BudgetObservation,
  nowMs: number,
): BudgetStatus {
  const at = { nowMs, monotonicMs: 0, revision: 0, sinceMs: () => undefined };
  return count(budget, observation, [], at).next;
}

function count(
  { metadata, spec, status }: ZoneDisruptionBudget,
  observation: BudgetObservation,
  reads: readonly ConsistentRead[],
  at: ReaderTime & Pick<Counting, 'nowMs' | 'revision'>,
): { next: BudgetStatus; settled: Settled } {
  const known = knownZones(observation, status);
  const all = [...status.reservations, ...adoptUnreserved(status, observation, known)];
  const settled = settleReservations(all, observation, reads, at);
  const zones = countZones(observation, settled.kept, known);
  const maxUnavailable = maxUnavailablePods(spec, observation.expectedReplicas);
  const next: BudgetStatus = {
    protocol: PROTOCOL,
    identity: identityOf({ metadata, spec }),
    revision: Math.max(status.revision, at.revision) + 1,
    observedGeneration: metadata.generation,
    expectedReplicas: observation.expectedReplicas,
    zones,
    reservations: settled.kept,
    versions: { ...(distrust({ metadata, spec, status }) ? {} : status.versions), ...observation.versions },
    lastZones: zonesToKeep(observation, known),
    unreserved: new Map(),
    conditions:
      typeof maxUnavailable === 'string'
        ? failedCondition(status.conditions, `invalid maxUnavailable: ${maxUnavailable}`, at.nowMs)
        : countedCondition(status.conditions, anyAllowed(zones, settled.kept, maxUnavailable), at.nowMs),
  };
  return { next, settled };
}

/**
 * L7: evictions that are in flight and in no ledger may still be carried out. The counts are shown without
 * versions, so that no replica admits by them. Reservations stay until they are seen to end.
 */
function settling(
  { status }: ZoneDisruptionBudget,
  { next, settled }: { next: BudgetStatus; settled: Settled },
  at: Counting,
  { leftMs, unlisted }: { leftMs: number; unlisted: readonly string[] },
): Reconciliation {
  const shown: BudgetStatus = {
    ...next,
    versions: {},
    conditions: settlingCondition(status.conditions, at.nowMs, leftMs),
  };
  const same =
    status.versions.pods === undefined &&
    status.revision >= at.revision &&
    sameApartFromVersions(shown, status);
  return {
    kind: same ? 'unchanged' : 'write',
    status: shown,
    toRead: settled.toRead,
    behind: [...new Set([...unlisted, ...settled.behind])],
    // By then everything was listed again.
    recheckInMs: leftMs > 0 ? leftMs : LOOK_AGAIN_MS,
  };
}

/**
 * The status of a budget whose pods cannot be counted, such as those of an owner that cannot be read: only
 * the condition changes, and nothing is admitted until the next count (B4).
 */
export function failSync(
  budget: ZoneDisruptionBudget,
  message: string,
  nowMs: number,
  seenRevision = 0,
): BudgetStatus {
  const { status } = budget;
  const revision = Math.max(status.revision, seenRevision) + 1;
  return { ...status, revision, conditions: failedCondition(status.conditions, message, nowMs) };
}

/** The status of a budget that was found not to be trustworthy, so that no replica admits by it (L7). */
export function withoutTrust(
  { status }: ZoneDisruptionBudget,
  nowMs: number,
  seenRevision: number,
): BudgetStatus {
  return {
    ...status,
    revision: Math.max(status.revision, seenRevision) + 1,
    versions: {},
    conditions: settlingCondition(status.conditions, nowMs),
  };
}

/** L4: resources for which `seen` is older than `counted`. */
function olderThan(seen: Versions, counted: Versions): string[] {
  return Object.keys(counted).filter((resource) => {
    const version = seen[resource];
    return version !== undefined && compareResourceVersions(version, counted[resource] ?? '') < 0;
  });
}

function anyAllowed(
  zones: readonly ZoneCount[],
  reservations: readonly Reservation[],
  maxUnavailable: number,
): boolean {
  return allowedDisruptions(zones, reservations, maxUnavailable).some(([, allowed]) => allowed > 0);
}

/** Whether two statuses are equal apart from versions and revision. Cheaper than a deep comparison. */
function sameApartFromVersions(a: BudgetStatus, b: BudgetStatus): boolean {
  return (
    a.protocol === b.protocol &&
    a.identity === b.identity &&
    a.observedGeneration === b.observedGeneration &&
    a.expectedReplicas === b.expectedReplicas &&
    sameList(a.zones, b.zones, sameCount) &&
    sameList(a.reservations, b.reservations, Object.is) &&
    sameMap(a.lastZones, b.lastZones) &&
    sameMap(a.unreserved, b.unreserved) &&
    sameList(a.conditions, b.conditions, Object.is)
  );
}

function sameCount(a: ZoneCount, b: ZoneCount): boolean {
  return a.zone === b.zone && a.expected === b.expected && a.unavailable === b.unavailable;
}

function sameList<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean {
  return a.length === b.length && a.every((each, index) => same(each, b[index] as T));
}

function sameMap<V>(a: ReadonlyMap<string, V>, b: ReadonlyMap<string, V>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.has(key) && b.get(key) === value);
}
