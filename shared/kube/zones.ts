/**
 * The count behind the rule "never two zones": which zones have pods that do not serve. Rollout, budget and drain
 * all take it from here.
 */
import type { Node } from './objects.ts';

/** Where the zone of a node is written. https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Zone by node name; undefined for a node without the label, or that is not known. */
export type ZoneOfNode = (node: string) => string | undefined;

/** @param nodes by name; undefined where nodes may not be read, then the pods' own labels must do */
export function zonesOf(nodes: ReadonlyMap<string, Node> | undefined): ZoneOfNode {
  return (node) => nodes?.get(node)?.metadata.labels[ZONE_LABEL];
}

/**
 * The zone of the pod's node. Since Kubernetes 1.35 the pod carries a copy of the label (PodTopologyLabelsAdmission),
 * which serves where the node is gone or may not be read.
 *
 * @returns undefined before scheduling and where no label tells it; an empty label tells nothing
 */
export function zoneOfPod(
  { node, labels }: { node: string | undefined; labels: Readonly<Record<string, string>> },
  zoneOfNode: ZoneOfNode,
): string | undefined {
  if (node === undefined) return undefined;
  return zoneOfNode(node) || labels[ZONE_LABEL] || undefined;
}

/** A zone as its label names it, or a zone of its own for a pod whose zone nobody knows. */
export type ZoneKey = string;

/** The pods of one zone that are expected, and those of them that do not serve. */
export interface ZoneTally {
  zone: ZoneKey;
  /** Pods counted in this zone, missing ones included. */
  total: number;
  /** Names of the unavailable and missing pods, in the order given. */
  down: string[];
}

export interface CountedPod {
  name: string;
  /** Undefined where neither a node nor a memory tells the zone. */
  zone: string | undefined;
  available: boolean;
}

/** How a zone is shown that nobody knows. */
export const UNKNOWN_ZONE = 'unknown zone';

/** No label value can hold a question mark, so a real zone never has this name. */
const UNKNOWN_ZONE_PREFIX = '?';

/** The key under which a pod counts: its zone, or a zone of its own where that is unknown. */
export function zoneKeyOf(pod: { name: string; zone: string | undefined }): ZoneKey {
  return pod.zone ?? `${UNKNOWN_ZONE_PREFIX}${pod.name}`;
}

/** Whether the key is a zone's name, not a stand-in for an unknown one. */
export function isKnownZone(key: ZoneKey): boolean {
  return !key.startsWith(UNKNOWN_ZONE_PREFIX);
}

/**
 * Counts pods by zone, sorted by zone.
 *
 * @param pods present and missing pods alike; a missing one is not available and carries the zone it was last in
 */
export function tallyZones(pods: Iterable<CountedPod>): ZoneTally[] {
  const tallies = new Map<ZoneKey, ZoneTally>();
  for (const pod of pods) {
    const zone = zoneKeyOf(pod);
    const tally = tallies.get(zone) ?? { zone, total: 0, down: [] };
    tallies.set(zone, tally);
    tally.total += 1;
    if (!pod.available) tally.down.push(pod.name);
  }
  return [...tallies.values()].sort((a, b) => compareText(a.zone, b.zone));
}

/** The zones in which at least one pod is down. A second entry is what this project exists to prevent. */
export function disruptedZones(tallies: readonly ZoneTally[]): ZoneTally[] {
  return tallies.filter((tally) => tally.down.length > 0);
}

/** Sorts by code unit, the same on every machine: an order of zones must not depend on a locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
