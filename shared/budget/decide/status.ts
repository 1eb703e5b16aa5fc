/**
 * A budget's status on the wire. The maps by zone and `disruptedPods` are those of AWS's
 * ZoneDisruptionBudgetStatus (api/v1/zdb_types.go of aws/zone-aware-controllers-for-k8s); the others are ours
 * and optional.
 */
import * as z from 'zod/mini';
import { ConditionsSchema } from '../../kube/objects/metadata.ts';
import { compareText } from '../../kube/zones.ts';
import { syncFailure } from './condition.ts';
import { allowedDisruptions } from './decide.ts';
import { FIRST_PROTOCOL } from './trust.ts';
import type { BudgetSpec, BudgetStatus, Reservation, ZoneCount } from './types.ts';
import { maxUnavailablePods } from './view.ts';

const Counts = z.nullish(z.record(z.string(), z.int().check(z.nonnegative())));
const Time = z.string().check(z.refine((text) => !Number.isNaN(Date.parse(text)), 'not a timestamp'));

const VersionsSchema = z.record(z.string(), z.string().check(z.regex(/^(0|[1-9]\d*)$/)));

const ReservationSchema = z.object({
  pod: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  ownerVersions: z._default(VersionsSchema, {}),
  zone: z.string(),
  time: Time,
  revision: z._default(z.int(), 0),
});

/** Parses a status from any writer; absent parts are empty. Counts without versions are never trusted (`admit`). */
export const StatusSchema = z.pipe(
  z.object({
    protocol: z.nullish(z.int()),
    identity: z.nullish(z.string()),
    revision: z.nullish(z.int().check(z.nonnegative())),
    observedGeneration: z.nullish(z.number()),
    currentUnhealthy: Counts,
    currentHealthy: Counts,
    expectedPods: Counts,
    disruptedPods: z.nullish(z.record(z.string(), Time)),
    expectedReplicas: z.nullish(z.int().check(z.nonnegative())),
    reservations: z.nullish(z.array(ReservationSchema)),
    observedVersions: z.nullish(VersionsSchema),
    lastZones: z.nullish(z.record(z.string(), z.string())),
    conditions: ConditionsSchema,
  }),
  z.transform((status): BudgetStatus => {
    const expected = mapOf(status.expectedPods);
    const reservations = (status.reservations ?? []).map(
      ({ time, ...rest }): Reservation => ({ ...rest, timeMs: Date.parse(time) }),
    );
    const reserved = new Set(reservations.map(({ pod }) => pod));
    const unreserved = new Map<string, number>();
    for (const [pod, time] of mapOf(status.disruptedPods))
      if (!reserved.has(pod)) unreserved.set(pod, Date.parse(time));
    return {
      protocol: status.protocol ?? FIRST_PROTOCOL,
      identity: status.identity ?? '',
      revision: status.revision ?? 0,
      observedGeneration: status.observedGeneration ?? 0,
      expectedReplicas:
        status.expectedReplicas ?? [...expected.values()].reduce((sum, pods) => sum + pods, 0),
      zones: zoneCounts(expected, mapOf(status.currentHealthy), mapOf(status.currentUnhealthy)),
      reservations,
      versions: status.observedVersions ?? {},
      lastZones: mapOf(status.lastZones),
      unreserved,
      conditions: status.conditions,
    };
  }),
);

/**
 * The status as JSON for the status subresource, times in RFC 3339. Derived values (healthy pods, allowed disruptions)
 * are computed here, so that they cannot disagree; a budget that admits nothing has 0 for every zone.
 */
export function encodeStatus(spec: BudgetSpec, status: BudgetStatus): Readonly<Record<string, unknown>> {
  const { zones, reservations } = status;
  const asked = maxUnavailablePods(spec, status.expectedReplicas);
  const maxUnavailable = typeof asked === 'number' ? asked : 0;
  const allowed = allowedDisruptions(
    zones,
    reservations,
    status.versions.pods !== undefined && syncFailure(status) === undefined ? maxUnavailable : 0,
  );
  const byZone = (count: (zone: ZoneCount) => number) =>
    Object.fromEntries(zones.map((zone) => [zone.zone, count(zone)]));
  return {
    protocol: status.protocol,
    identity: status.identity,
    revision: status.revision,
    observedGeneration: status.observedGeneration,
    disruptedPods: Object.fromEntries([
      ...[...status.unreserved].map(([pod, atMs]) => [pod, wholeSeconds(atMs)]),
      ...reservations.map(({ pod, timeMs }) => [pod, wholeSeconds(timeMs)]),
    ]),
    disruptionsAllowed: Object.fromEntries(allowed),
    currentHealthy: byZone(({ expected, unavailable }) => expected - unavailable),
    currentUnhealthy: byZone(({ unavailable }) => unavailable),
    desiredHealthy: byZone(({ expected }) => Math.max(0, expected - maxUnavailable)),
    expectedPods: byZone(({ expected }) => expected),
    expectedReplicas: status.expectedReplicas,
    reservations: reservations.map(({ timeMs, ...rest }) => ({
      ...rest,
      time: new Date(timeMs).toISOString(),
    })),
    observedVersions: status.versions,
    lastZones: Object.fromEntries(status.lastZones),
    conditions: status.conditions.map(({ lastTransitionTimeMs, ...rest }) => ({
      ...rest,
      ...(lastTransitionTimeMs !== undefined && { lastTransitionTime: wholeSeconds(lastTransitionTimeMs) }),
    })),
  };
}

/** metav1.Time has whole seconds. */
function wholeSeconds(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

function zoneCounts(
  expected: ReadonlyMap<string, number>,
  healthy: ReadonlyMap<string, number>,
  unhealthy: ReadonlyMap<string, number>,
): ZoneCount[] {
  const zones = new Set([...expected.keys(), ...healthy.keys(), ...unhealthy.keys()]);
  return [...zones].sort(compareText).map((zone) => {
    const unavailable = unhealthy.get(zone) ?? 0;
    const known = expected.get(zone) ?? unavailable + (healthy.get(zone) ?? 0);
    return { zone, expected: Math.max(known, unavailable), unavailable };
  });
}

/** Zones and pods may be named `constructor`, which every object inherits. */
function mapOf<T>(record: Readonly<Record<string, T>> | null | undefined): ReadonlyMap<string, T> {
  return new Map(Object.entries(record ?? {}));
}
