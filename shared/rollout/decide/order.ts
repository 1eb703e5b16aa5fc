import { compareText } from '../../kube/zones.ts';

/**
 * Rule R4: the order of zones. The same for every revision, so that pods replaced first by an unfinished
 * rollout are also replaced first by the next.
 *
 * @param zones zones that the pods are in, without duplicates
 * @param preferred `--zone-order`: these first, then the others by name
 */
export function orderZones(zones: Iterable<string>, preferred: readonly string[]): string[] {
  const rank = new Map(preferred.map((zone, index) => [zone, index]));
  const rankOf = (zone: string) => rank.get(zone) ?? preferred.length;
  return [...zones].sort((a, b) => rankOf(a) - rankOf(b) || compareText(a, b));
}

/** Rule R4 within a zone: highest ordinal first, then by name. */
export function byOrdinalDescending(
  a: { ordinal: number; name: string },
  b: { ordinal: number; name: string },
): number {
  return b.ordinal - a.ordinal || compareText(b.name, a.name);
}
