/** The order of zones, their nodes and the pods on them. It is the same in every process, so that each can resume. */

import { compareText } from '../../../shared/kube/zones.ts';
import { orderZones } from '../../../shared/rollout/decide/order.ts';
import type { DrainNode, DrainPod } from './types.ts';

/**
 * The zones of the nodes: those of `preferred` first, the others by name, nodes without a zone label (undefined) last,
 * because a zone budget cannot allow the eviction of their pods.
 */
export function orderDrainZones(
  nodes: readonly Pick<DrainNode, 'zone'>[],
  preferred: readonly string[],
): (string | undefined)[] {
  const zones = new Set<string>();
  for (const { zone } of nodes) if (zone !== undefined) zones.add(zone);
  const ordered: (string | undefined)[] = orderZones(zones, preferred);
  if (nodes.some(({ zone }) => zone === undefined)) ordered.push(undefined);
  return ordered;
}

/**
 * Unavailable pods first, because evicting them disrupts nothing and others may wait for them; then by namespace and
 * name; among pods with the same base name the highest ordinal first, as StatefulSets scale down.
 */
export function comparePods(a: DrainPod, b: DrainPod): number {
  if (a.available !== b.available) return a.available ? 1 : -1;
  const [nameA, nameB] = [splitOrdinal(a.name), splitOrdinal(b.name)];
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(nameA.base, nameB.base) ||
    nameB.ordinal - nameA.ordinal ||
    compareText(b.name, a.name)
  );
}

/** The number at the end of a name, -1 if there is none. */
function splitOrdinal(name: string): { base: string; ordinal: number } {
  const match = /^(.*)-(\d+)$/.exec(name);
  return match ? { base: match[1] ?? '', ordinal: Number(match[2]) } : { base: name, ordinal: -1 };
}
