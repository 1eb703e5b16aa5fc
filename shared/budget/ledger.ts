/**
 * The ledger in a budget's status, by which replicas of the webhook that know nothing of each other never admit
 * evictions in two zones (B2). Pure: a function gives the next status, and the caller writes it with the budget's
 * resourceVersion. After a conflict the budget is read again, and everything is decided anew; so are the pods, except
 * where `outlastsConflict` says that they need not.
 */
import { compareResourceVersions } from '../kube/resource-version.ts';
import { countedCondition, failedCondition } from './condition.ts';
import { countZones, knownZones, zonesToKeep } from './count.ts';
import {
  allowedDisruptions,
  type BudgetDecision,
  type BudgetView,
  decideEviction,
  type EvictionRequest,
  refuseUnexpected,
  renewal,
} from './decide.ts';
import { adoptUnreserved, type ConsistentRead, settleReservations } from './reservations.ts';
import { sameApartFromVersions } from './same-status.ts';
import type {
  BudgetObservation,
  BudgetStatus,
  Reservation,
  Versions,
  ZoneCount,
  ZoneDisruptionBudget,
} from './types.ts';
import { maxUnavailablePods, viewBudget } from './view.ts';

export interface AdmissionRequest extends EvictionRequest {
  /** The pod's controller, from a cache or a read; undefined for a pod that has none. */
  owner: OwnerView | undefined;
  /**
   * Whether the pod is only to be reserved: somebody else removes it, bound to nothing. It may become Ready before, so
   * an unready one is reserved too; and asking again renews the reservation, whatever has failed elsewhere meanwhile.
   */
  reserveOnly?: boolean | undefined;
}

export interface OwnerView {
  /** Whether its scale asks for this pod. */
  expected: boolean;
  /** Version of the owner's resource that says so, by resource. */
  versions: Versions;
}

export interface Admission {
  /** One for each request, in their order. Those that reserve hold only once `next` is written. */
  decisions: readonly BudgetDecision[];
  /** Undefined when nothing needs to be written. */
  next: BudgetStatus | undefined;
}

/**
 * Decides about evictions that arrived together; one write then admits all of them (group commit). Earlier requests
 * come first: they choose the zone.
 *
 * @param local what the replica's own cache shows (L1): it may only tighten, and only when it knows more than the counts
 */
export function admit(
  budget: ZoneDisruptionBudget,
  requests: readonly AdmissionRequest[],
  local: BudgetObservation | undefined,
  nowMs: number,
): Admission {
  const { spec, status } = budget;
  const trusted = viewBudget(budget);
  const view = local && !('code' in trusted) ? tighten(trusted, status, local) : trusted;
  let { reservations } = status;
  const decisions = requests.map((request) => {
    const current = 'code' in view ? view : { ...view, reservations };
    const { pod, owner, reserveOnly = false } = request;
    const renews = reserveOnly && reservations.some(({ uid }) => uid === pod?.uid);
    const decision = renews
      ? renewal(request.name)
      : decideEviction(current, spec.unhealthyPodEvictionPolicy, request);
    if (decision.kind === 'deny' || pod?.zone === undefined) return decision;
    if (!decision.reserve && !(reserveOnly && decision.why === 'unready')) return decision;
    if (owner?.expected === false && !renews) return refuseUnexpected(pod);
    const { name, uid, resourceVersion, zone } = pod;
    const ownerVersions = owner?.versions ?? {};
    // L2: exactly this pod, at the version that was read. A second admission of a pod starts its time anew.
    reservations = [
      ...reservations.filter((each) => each.uid !== uid),
      { pod: name, uid, resourceVersion, ownerVersions, zone, timeMs: nowMs },
    ];
    return decision;
  });
  return { decisions, next: reservations === status.reservations ? undefined : { ...status, reservations } };
}

export type Reconciliation =
  | {
      /** `write`: store `status`; `unchanged`: what is stored says the same. */
      kind: 'write' | 'unchanged';
      status: BudgetStatus;
      /** Reservations that hold until their pods have been read consistently: read, and reconcile again. */
      toRead: readonly Reservation[];
      /** When time alone can change the result, ms since the epoch. */
      recheckAtMs: number | undefined;
    }
  | { kind: 'stale'; reason: string };

/**
 * Counts the pods anew and drops the reservations that have ended, both in one status (L3), unless the status was
 * counted from a newer cache (L4).
 *
 * @param reads consistent reads of the pods that an earlier `toRead` named
 * @param nowMs by the API server's clock
 */
export function reconcile(
  budget: ZoneDisruptionBudget,
  observation: BudgetObservation,
  reads: readonly ConsistentRead[],
  nowMs: number,
): Reconciliation {
  const { metadata, spec, status } = budget;
  const behind = olderThan(observation.versions, status.versions);
  if (behind !== undefined) {
    return {
      kind: 'stale',
      reason: `the cache of ${behind} has reached ${observation.versions[behind]}, the counts of ${metadata.name} were made at ${status.versions[behind]}`,
    };
  }

  const known = knownZones(observation, status);
  const all = [...status.reservations, ...adoptUnreserved(status, observation, known)];
  const { kept, toRead, recheckAtMs } = settleReservations(all, observation, reads, nowMs);
  const zones = countZones(observation, kept, known);
  const maxUnavailable = maxUnavailablePods(spec, observation.expectedReplicas);
  const next: BudgetStatus = {
    observedGeneration: metadata.generation,
    expectedReplicas: observation.expectedReplicas,
    zones,
    reservations: kept,
    versions: { ...status.versions, ...observation.versions },
    lastZones: zonesToKeep(observation, known),
    unreserved: new Map(),
    conditions:
      typeof maxUnavailable === 'string'
        ? failedCondition(status.conditions, `maxUnavailable cannot be used: ${maxUnavailable}`, nowMs)
        : countedCondition(status.conditions, anyAllowed(zones, kept, maxUnavailable), nowMs),
  };
  // Pods change often without changing the counts, and versions alone are not worth a write: an ended reservation,
  // which a stale writer must not undo, always is one.
  const counted = status.versions.pods !== undefined;
  const same = counted && sameApartFromVersions(next, status);
  return { kind: same ? 'unchanged' : 'write', status: next, toRead, recheckAtMs };
}

/**
 * The status of a budget whose pods cannot be counted, such as those of an owner that cannot be read: nothing but the
 * condition changes, and nothing is admitted until the next count (B4).
 */
export function failSync(budget: ZoneDisruptionBudget, message: string, nowMs: number): BudgetStatus {
  const { status } = budget;
  return { ...status, conditions: failedCondition(status.conditions, message, nowMs) };
}

/** L1: for each zone the larger count of the two. */
function tighten(view: BudgetView, status: BudgetStatus, local: BudgetObservation): BudgetView {
  if (compareResourceVersions(local.versions.pods, status.versions.pods ?? '') <= 0) return view;
  const { kept } = settleReservations(status.reservations, local, [], 0);
  const zones = new Map<string, ZoneCount>(view.zones.map((count) => [count.zone, count]));
  for (const count of countZones(local, kept, knownZones(local, status))) {
    // A reservation whose pod is down by now still stands in the ledger, and one pod must not weigh twice.
    const inZone = (all: readonly Reservation[]) => all.filter(({ zone }) => zone === count.zone).length;
    const unavailable = count.unavailable - (inZone(status.reservations) - inZone(kept));
    const stored = zones.get(count.zone);
    if (!stored || unavailable > stored.unavailable) {
      zones.set(count.zone, { ...count, unavailable: Math.max(0, unavailable) });
    }
  }
  return { ...view, zones: [...zones.values()] };
}

/** L4: a resource of which `seen` is older than `counted`. */
function olderThan(seen: Versions, counted: Versions): string | undefined {
  return Object.keys(counted).find((resource) => {
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
