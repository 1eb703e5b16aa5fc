/** How a reservation ends: L3, seen as a deletion, or L5, shown to have come to nothing. */
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { BudgetObservation, BudgetStatus, PodRead, Reservation, Versions } from './types.ts';

/**
 * From then on an admitted eviction cannot be carried out any more. The API server gives a request up after 60 s
 * (--request-timeout); the rest is for clocks that differ. AWS and PodDisruptionBudget wait as long.
 */
export const RESERVATION_LIFETIME_MS = 120_000;

/** No watch lags for so long without being known as broken. */
const LONGEST_LAG_MS = 5 * RESERVATION_LIFETIME_MS;

/** The answer to a GET of a pod without resourceVersion. */
export interface ConsistentRead {
  name: string;
  /** Undefined when there is no pod of that name. */
  pod: PodRead | undefined;
  /** When the request was sent, ms since the epoch. */
  startedAtMs: number;
}

export interface Settled {
  kept: readonly Reservation[];
  /** Reservations that can only go after a consistent read of their pods. */
  toRead: readonly Reservation[];
  /** When the next of the kept ones is overdue, ms since the epoch. */
  recheckAtMs: number | undefined;
}

/** Divides the reservations by what the cache and consistent reads show. */
export function settleReservations(
  reservations: readonly Reservation[],
  observation: BudgetObservation,
  reads: readonly ConsistentRead[],
  nowMs: number,
): Settled {
  if (reservations.length === 0) return { kept: reservations, toRead: [], recheckAtMs: undefined };
  const cached = new Map(observation.pods.map((pod) => [pod.uid, pod]));
  const counted = new Set([...observation.missing, ...observation.pods.map(({ name }) => name)]);

  const kept: Reservation[] = [];
  const toRead: Reservation[] = [];
  let recheckAtMs: number | undefined;
  for (const reservation of reservations) {
    // L3: a cache that is older than the reservation may never have heard of the pod, or of its being expected.
    const pod = cached.get(reservation.uid);
    if (
      hasReached(observation, { ...reservation.ownerVersions, pods: reservation.resourceVersion }) &&
      (pod ? pod.terminating : counted.has(reservation.pod) || isSurplus(reservation, observation, nowMs))
    )
      continue;

    const overdueAtMs = reservation.timeMs + RESERVATION_LIFETIME_MS;
    if (nowMs < overdueAtMs) {
      recheckAtMs = Math.min(recheckAtMs ?? overdueAtMs, overdueAtMs);
      kept.push(reservation);
      continue;
    }
    // L5: time alone proves nothing; a read from before it had run out neither.
    const read = reads.find(
      ({ name, startedAtMs }) => name === reservation.pod && startedAtMs >= overdueAtMs,
    );
    const stands = read?.pod?.uid === reservation.uid && !read.pod.terminating;
    if (read?.pod && stands && hasReached(observation, { pods: read.pod.resourceVersion })) continue;
    kept.push(reservation);
    if (!read) toRead.push(reservation);
  }
  return { kept, toRead, recheckAtMs };
}

/**
 * Whether a pod of a StatefulSet that is gone, and that the cached scale does not ask for, really is one too many. The
 * scale may have gone down and up again: the pod was made for the later one, and a cache in between would let its
 * absence count nowhere. Versions of different resources are compared here, which one etcd makes meaningful; where it
 * does not, this only waits longer.
 */
function isSurplus(
  { ownerVersions, resourceVersion, timeMs }: Reservation,
  observation: BudgetObservation,
  nowMs: number,
): boolean {
  if (ownerVersions.statefulsets === undefined || nowMs >= timeMs + LONGEST_LAG_MS) return true;
  return hasReached(observation, { statefulsets: resourceVersion });
}

function hasReached({ versions }: BudgetObservation, wanted: Versions): boolean {
  return Object.entries(wanted).every(
    ([resource, version]) => compareResourceVersions(versions[resource] ?? '', version) >= 0,
  );
}

/**
 * Makes reservations of evictions that AWS's controller had admitted, when a budget comes from there: it stored names
 * and times only, so each is taken to be the pod that has the name now.
 */
export function adoptUnreserved(
  { unreserved }: Pick<BudgetStatus, 'unreserved'>,
  observation: BudgetObservation,
  lastZones: ReadonlyMap<string, string>,
): Reservation[] {
  return observation.pods.flatMap(({ name, uid, terminating, ...pod }) => {
    const timeMs = unreserved.get(name);
    const zone = pod.zone ?? lastZones.get(name);
    if (timeMs === undefined || terminating || zone === undefined) return [];
    return [{ pod: name, uid, resourceVersion: observation.versions.pods, ownerVersions: {}, zone, timeMs }];
  });
}
