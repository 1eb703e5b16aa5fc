import type { BudgetStatus, ZoneCount } from './types.ts';

/** Whether two statuses are equal apart from versions and revision. Cheaper than a deep comparison. */
export function sameApartFromVersions(a: BudgetStatus, b: BudgetStatus): boolean {
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
