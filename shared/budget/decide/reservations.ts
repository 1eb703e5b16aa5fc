/** How a reservation ends: L3, observed as a deletion, or L5, proven not to have led to one. */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import type { BudgetObservation, BudgetStatus, PodRead, Reservation, Versions } from './types.ts';

/**
 * After this time an admitted eviction can no longer be carried out. The API server times a request out after
 * 60 s (--request-timeout); AWS and PodDisruptionBudget wait as long.
 */
export const RESERVATION_LIFETIME_MS = 120_000;

/** Interval for checking again what cannot be decided yet (L9). */
export const LOOK_AGAIN_MS = 2_000;

/** Size limit for all reservations in a budget's status: an object has at most 1.5 MB, and contains more than these. */
export const MOST_RESERVED_BYTES = 900_000;
/** Keys, times and versions of one reservation; its pod is also named in disruptedPods. */
const RESERVATION_BYTES = 300;

/** Upper estimate of a reservation's size in the status, in bytes. */
export function reservedBytes({ pod, uid, zone }: Pick<Reservation, 'pod' | 'uid' | 'zone'>): number {
  return RESERVATION_BYTES + 2 * pod.length + uid.length + zone.length;
}

/** The response to a GET of a pod without resourceVersion. */
export interface ConsistentRead {
  name: string;
  /** Undefined if there is no pod with that name. */
  pod: PodRead | undefined;
  /** When the request was sent, by the reader's monotonic clock. */
  startedAtMs: number;
}

/** The reader's own time (L8): clocks of different machines are never compared, and setting a clock has no effect. */
export interface ReaderTime {
  /** By the monotonic clock. */
  monotonicMs: number;
  /** Since when the reader knows a reservation; undefined for one that it sees now. */
  sinceMs(reservation: Reservation): number | undefined;
}

export interface Settled {
  kept: readonly Reservation[];
  /** Reservations that can only be dropped after a consistent read of their pods. */
  toRead: readonly Reservation[];
  /** Resources whose caches are older than a reservation's versions. */
  behind: ReadonlySet<string>;
  /** When to check the kept ones again, in ms from now; undefined if none is kept. */
  recheckInMs: number | undefined;
}

/** Classifies the reservations by what the cache and consistent reads show. */
export function settleReservations(
  reservations: readonly Reservation[],
  observation: BudgetObservation,
  reads: readonly ConsistentRead[],
  time: ReaderTime,
): Settled {
  const behind = new Set<string>();
  if (reservations.length === 0) return { kept: reservations, toRead: [], behind, recheckInMs: undefined };
  const cached = new Map(
    [...observation.uncounted, ...observation.pods].map((pod) => [pod.uid, pod] as const),
  );

  const kept: Reservation[] = [];
  const toRead: Reservation[] = [];
  let recheckInMs: number | undefined;
  for (const reservation of reservations) {
    const ageMs = time.monotonicMs - (time.sinceMs(reservation) ?? time.monotonicMs);
    // L3: a cache older than the reservation may not have the pod yet, or not show that it is expected.
    const needs = { ...reservation.ownerVersions, pods: reservation.resourceVersion };
    const lags = lagging(observation, needs);
    const pod = cached.get(reservation.uid);
    if (lags.length === 0) {
      // A pod that is gone and counts nowhere was surplus: `unconfirmed` is empty, so its owner's replicas are newer.
      if (!pod || pod.terminating) continue;
    }
    for (const resource of lags) behind.add(resource);

    const leftMs = RESERVATION_LIFETIME_MS - ageMs;
    const waitMs = leftMs > 0 && behind.size === 0 ? leftMs : LOOK_AGAIN_MS;
    if (leftMs <= 0) {
      // L5: time alone proves nothing; neither does a read from before the lifetime ended.
      const read = reads.find(
        ({ name, startedAtMs }) =>
          name === reservation.pod && time.monotonicMs - startedAtMs <= ageMs - RESERVATION_LIFETIME_MS,
      );
      const stands = read?.pod?.uid === reservation.uid && !read.pod.terminating;
      const unseen = read?.pod ? lagging(observation, { pods: read.pod.resourceVersion }) : [];
      if (stands && unseen.length === 0) continue;
      for (const resource of unseen) behind.add(resource);
      // The read shows a change that the cache does not have yet, so pods must be listed.
      if (read && !stands) behind.add('pods');
      if (!read) toRead.push(reservation);
    }
    kept.push(reservation);
    recheckInMs = Math.min(recheckInMs ?? waitMs, waitMs);
  }
  return { kept, toRead, behind, recheckInMs };
}

/** Resources for which the cache has not reached the required version. */
function lagging({ versions }: BudgetObservation, wanted: Versions): string[] {
  return Object.keys(wanted).filter(
    (resource) => compareResourceVersions(versions[resource] ?? '', wanted[resource] ?? '') < 0,
  );
}

/**
 * Creates reservations for evictions that AWS's controller had admitted, when a budget is taken over from it:
 * it stored names and times only, so each is assumed to be the pod that has the name now.
 */
export function adoptUnreserved(
  { unreserved, revision }: Pick<BudgetStatus, 'unreserved' | 'revision'>,
  observation: BudgetObservation,
  lastZones: ReadonlyMap<string, string>,
): Reservation[] {
  if (unreserved.size === 0) return [];
  return observation.pods.flatMap(({ name, uid, terminating, ...pod }) => {
    const timeMs = unreserved.get(name);
    const zone = pod.zone ?? lastZones.get(name);
    if (timeMs === undefined || terminating || zone === undefined) return [];
    const resourceVersion = observation.versions.pods;
    return [{ pod: name, uid, resourceVersion, ownerVersions: {}, zone, timeMs, revision: revision + 1 }];
  });
}
