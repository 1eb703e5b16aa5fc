import { type CountedPod, isKnownZone, tallyZones } from '../../kube/zones.ts';
import type { BudgetObservation, BudgetStatus, Reservation, ZoneCount } from './types.ts';

const MOST_UNKNOWN_ZONES = 50;

/**
 * Counts a cache's pods by zone (B3): a missing or unscheduled pod counts where it was last, otherwise in a
 * zone of its own. A pod whose eviction is admitted and that still exists is not counted as unavailable,
 * whether it is Ready or not: its reservation already counts.
 *
 * @param reservations those that stay in the ledger together with these counts
 */
export function countZones(
  observation: BudgetObservation,
  reservations: readonly Reservation[],
  lastZones: ReadonlyMap<string, string>,
): ZoneCount[] {
  const placeOf = unknownZonesTogether();
  const reserved = new Set(reservations.map(({ uid }) => uid));
  const counted: CountedPod[] = observation.pods.map(({ name, uid, zone, available, terminating }) => ({
    ...placeOf(name, zone ?? lastZones.get(name)),
    available: available || (!terminating && reserved.has(uid)),
  }));
  for (const name of observation.missing) {
    counted.push({ ...placeOf(name, lastZones.get(name)), available: false });
  }
  return tallyZones(counted).map(({ zone, total, down }) => ({
    zone,
    expected: total,
    unavailable: down.length,
  }));
}

/**
 * A pod of unknown zone is a zone of its own, and two of them close all zones: further ones, of which an
 * owner may have thousands, are added to the last of these, so that the status stays small.
 */
function unknownZonesTogether(): (name: string, zone: string | undefined) => Omit<CountedPod, 'available'> {
  const unknown = new Set<string>();
  let last = '';
  return (name, zone) => {
    if (zone !== undefined) return { name, zone };
    if (unknown.size >= MOST_UNKNOWN_ZONES) return { name: last, zone };
    unknown.add(name);
    last = name;
    return { name, zone };
  };
}

/**
 * The pods' last known zones: from the read behind a reservation, from what this process observed, from the
 * status left by an earlier one.
 */
export function knownZones(
  observation: BudgetObservation,
  status: Pick<BudgetStatus, 'reservations' | 'lastZones'>,
): ReadonlyMap<string, string> {
  const zones = new Map(observation.lastZones);
  for (const [pod, zone] of status.lastZones) if (!zones.has(pod)) zones.set(pod, zone);
  for (const { pod, zone } of status.reservations) if (isKnownZone(zone)) zones.set(pod, zone);
  return zones;
}

/** Size limit for the zones of missing pods in the status. */
const MOST_ZONES_BYTES = 300_000;

/**
 * The part of `known` that must be stored: zones that no node currently shows. Zones over the limit are lost,
 * and the next count treats their pods as zones of their own (B3), which only denies more.
 */
export function zonesToKeep(
  { pods, missing }: BudgetObservation,
  known: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const homeless = [...missing];
  for (const { name, zone } of pods) if (zone === undefined) homeless.push(name);
  const keep = new Map<string, string>();
  let bytes = 0;
  for (const name of homeless.sort()) {
    const zone = known.get(name);
    if (zone === undefined) continue;
    bytes += name.length + zone.length + 6;
    if (bytes > MOST_ZONES_BYTES) break;
    keep.set(name, zone);
  }
  return keep;
}
