/** How a reservation ends: L3, seen as a deletion, or L5, shown to have come to nothing. */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import type { BudgetObservation, BudgetStatus, PodRead, Reservation, Versions } from './types.ts';

/**
 * From then on an admitted eviction cannot be carried out any more. The API server gives a request up after 60 s
 * (--request-timeout); AWS and PodDisruptionBudget wait as long.
 */
export const RESERVATION_LIFETIME_MS = 120_000;

/** What cannot be told yet is looked at again after this time (L9). */
export const LOOK_AGAIN_MS = 2_000;

/** What all reservations of a budget may take in its status: an object has at most 1.5 MB, and more than these in it. */
export const MOST_RESERVED_BYTES = 900_000;
/** Keys, times and versions of one; its pod is named in disruptedPods as well. */
const RESERVATION_BYTES = 300;

/** About what a reservation takes in the status, in bytes, from above. */
export function reservedBytes({ pod, uid, zone }: Pick<Reservation, 'pod' | 'uid' | 'zone'>): number {
  return RESERVATION_BYTES + 2 * pod.length + uid.length + zone.length;
}

/** The answer to a GET of a pod without resourceVersion. */
export interface ConsistentRead {
  name: string;
  /** Undefined when there is no pod of that name. */
  pod: PodRead | undefined;
  /** When the request was sent, by the reader's monotonic clock. */
  startedAtMs: number;
}

/** The reader's own time (L8): no two machines' clocks are compared, and setting one changes nothing. */
export interface ReaderTime {
  /** By the monotonic clock. */
  monotonicMs: number;
  /** Since when the reader has known of a reservation; undefined for one that it sees now. */
  sinceMs(reservation: Reservation): number | undefined;
}

export interface Settled {
  kept: readonly Reservation[];
  /** Reservations that can only go after a consistent read of their pods. */
  toRead: readonly Reservation[];
  /** Resources whose caches are older than what a reservation rests on. */
  behind: ReadonlySet<string>;
  /** When to look at the kept ones again, in ms from now; undefined when none is kept. */
  recheckInMs: number | undefined;
}

/** Divides the reservations by what the cache and consistent reads show. */
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
    // L3: a cache that is older than the reservation may never have heard of the pod, or of its being expected.
    const needs = { ...reservation.ownerVersions, pods: reservation.resourceVersion };
    const lags = lagging(observation, needs);
    const pod = cached.get(reservation.uid);
    if (lags.length === 0) {
      // One that is gone and counts nowhere is one too many: `unconfirmed` is empty, so its owner's number is newer.
      if (!pod || pod.terminating) continue;
    }
    for (const resource of lags) behind.add(resource);

    const leftMs = RESERVATION_LIFETIME_MS - ageMs;
    const waitMs = leftMs > 0 && behind.size === 0 ? leftMs : LOOK_AGAIN_MS;
    if (leftMs <= 0) {
      // L5: time alone proves nothing; a read from before it had run out neither.
      const read = reads.find(
        ({ name, startedAtMs }) =>
          name === reservation.pod && time.monotonicMs - startedAtMs <= ageMs - RESERVATION_LIFETIME_MS,
      );
      const stands = read?.pod?.uid === reservation.uid && !read.pod.terminating;
      const unseen = read?.pod ? lagging(observation, { pods: read.pod.resourceVersion }) : [];
      if (stands && unseen.length === 0) continue;
      for (const resource of unseen) behind.add(resource);
      // What the read shows and the cache does not will have to be listed.
      if (read && !stands) behind.add('pods');
      if (!read) toRead.push(reservation);
    }
    kept.push(reservation);
    recheckInMs = Math.min(recheckInMs ?? waitMs, waitMs);
  }
  return { kept, toRead, behind, recheckInMs };
}

/** Resources of which the cache has not reached what is wanted. */
function lagging({ versions }: BudgetObservation, wanted: Versions): string[] {
  return Object.keys(wanted).filter(
    (resource) => compareResourceVersions(versions[resource] ?? '', wanted[resource] ?? '') < 0,
  );
}

/**
 * Makes reservations of evictions that AWS's controller had admitted, when a budget comes from there: it stored names
 * and times only, so each is taken to be the pod that has the name now.
 */
export function adoptUnreserved(
  { unreserved, revision }: Pick<BudgetStatus, 'unreserved' | 'revision'>,
  observation: BudgetObservation,
  lastZones: ReadonlyMap<string, string>,
): Reservation[] {
  return observation.pods.flatMap(({ name, uid, terminating, ...pod }) => {
    const timeMs = unreserved.get(name);
    const zone = pod.zone ?? lastZones.get(name);
    if (timeMs === undefined || terminating || zone === undefined) return [];
    const resourceVersion = observation.versions.pods;
    return [{ pod: name, uid, resourceVersion, ownerVersions: {}, zone, timeMs, revision: revision + 1 }];
  });
}
