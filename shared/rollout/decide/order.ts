import { compareText } from '../../kube/zones.ts';

/**
 * Rule R4: the order in which zones are taken. The same for every revision, so that pods that a half-finished rollout
 * replaced first are also the first to leave it.
 *
 * @param zones zones that the pods are in, without repetition
 * @param preferred `--zone-order`: these first, the others by name after them
 */
export function orderZones(zones: Iterable<string>, preferred: readonly string[]): string[] {
  const rank = new Map(preferred.map((zone, index) => [zone, index]));
  const rankOf = (zone: string) => rank.get(zone) ?? preferred.length;
  return [...zones].sort((a, b) => rankOf(a) - rankOf(b) || compareText(a, b));
}

/** Rule R4 within a zone: highest ordinal first; the name decides between equal ones. */
export function byOrdinalDescending(
  a: { ordinal: number; name: string },
  b: { ordinal: number; name: string },
): number {
  return b.ordinal - a.ordinal || compareText(b.name, a.name);
}
