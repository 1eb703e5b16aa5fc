/**
 * The count behind the rule "never two zones": which zones have unavailable pods. Shared by rollout, budget and drain.
 */
import type { Node } from './objects.ts';

/** A node's zone label. https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** Zone by node name; undefined for a node that is unknown or has no zone label. */
export type ZoneOfNode = (node: string) => string | undefined;

/** @param nodes by name; undefined without permission to read nodes, in which case the pods' own labels are used */
export function zonesOf(nodes: ReadonlyMap<string, Node> | undefined): ZoneOfNode {
  return (node) => nodes?.get(node)?.metadata.labels[ZONE_LABEL];
}

/**
 * The zone of the pod's node. Since Kubernetes 1.35 the pod carries a copy of the label
 * (PodTopologyLabelsAdmission), which is used if the node is gone or cannot be read.
 *
 * @returns undefined before scheduling and if no label is set; an empty label counts as not set
 */
export function zoneOfPod(
  { node, labels }: { node: string | undefined; labels: Readonly<Record<string, string>> },
  zoneOfNode: ZoneOfNode,
): string | undefined {
  if (node === undefined) return undefined;
  return zoneOfNode(node) || labels[ZONE_LABEL] || undefined;
}

/** A zone's name, or a unique key for a pod whose zone is unknown. */
export type ZoneKey = string;

/** The expected pods of one zone, and those that are unavailable. */
export interface ZoneTally {
  zone: ZoneKey;
  /** Number of pods in this zone, missing ones included. */
  total: number;
  /** Names of the unavailable and missing pods, in input order. */
  down: string[];
}

export interface CountedPod {
  name: string;
  /** Undefined if neither the node nor the memory has the zone. */
  zone: string | undefined;
  available: boolean;
}

/** How an unknown zone is displayed. */
export const UNKNOWN_ZONE = 'unknown zone';

/** Label values cannot contain a question mark, so no real zone has this prefix. */
const UNKNOWN_ZONE_PREFIX = '?';

/** The key a pod is counted under: its zone, or a unique key if the zone is unknown. */
export function zoneKeyOf(pod: { name: string; zone: string | undefined }): ZoneKey {
  return pod.zone ?? `${UNKNOWN_ZONE_PREFIX}${pod.name}`;
}

/** Whether the key is a zone's name, as opposed to a key for an unknown zone. */
export function isKnownZone(key: ZoneKey): boolean {
  return !key.startsWith(UNKNOWN_ZONE_PREFIX);
}

/**
 * Counts pods by zone, sorted by zone.
 *
 * @param pods existing and missing pods; a missing one is not available and has the zone it was last in
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

/** The zones in which at least one pod is down. This project exists to prevent a second entry. */
export function disruptedZones(tallies: readonly ZoneTally[]): ZoneTally[] {
  return tallies.filter((tally) => tally.down.length > 0);
}

/** Sorts by code unit, so that the order of zones does not depend on the locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
