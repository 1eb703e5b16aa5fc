/**
 * The count behind the rule "never two zones": which zones have unavailable pods. Shared by rollout, budget and drain.
 */
import type { Node } from './objects.ts';

/** A node's zone label. https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesiozone */
export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/**
 * The name of that label before Kubernetes 1.17, read on nodes that have only this one.
 * https://kubernetes.io/docs/reference/labels-annotations-taints/#failure-domainbetakubernetesiozone
 */
const LEGACY_ZONE_LABEL = 'failure-domain.beta.kubernetes.io/zone';

/** The labels of its node that a pod carries a copy of since Kubernetes 1.35 (PodTopologyLabelsAdmission). */
const COPIED_LABELS: ReadonlySet<string> = new Set([ZONE_LABEL, 'topology.kubernetes.io/region']);

/**
 * Where a pod's zone comes from. A label of the node describes the building; a label of the pod, such as that of
 * Mimir's and Loki's charts, names a zone of the service's hash ring, wherever the pod runs.
 */
export type ZoneSource =
  | { kind: 'node-label'; key: string }
  /** A pod has its zone before it is scheduled, and also if nodes cannot be read. */
  | { kind: 'pod-label'; key: string };

export const NODE_ZONES: ZoneSource = { kind: 'node-label', key: ZONE_LABEL };

/** `pod label zone`, `node label topology.kubernetes.io/zone`. */
export function describeZoneSource({ kind, key }: ZoneSource): string {
  return `${kind === 'pod-label' ? 'pod' : 'node'} label ${key}`;
}

/** Zone by node name; undefined for a node that is unknown or has no zone label. */
export type ZoneOfNode = (node: string) => string | undefined;

/**
 * @param nodes by name; undefined without permission to read nodes, in which case the pods' own labels are used
 * @param source of the zones; without a label of nodes no node has a zone
 */
export function zonesOf(
  nodes: ReadonlyMap<string, Node> | undefined,
  source: ZoneSource = NODE_ZONES,
): ZoneOfNode {
  if (source.kind === 'pod-label') return () => undefined;
  return (node) => {
    const found = nodes?.get(node);
    return found && zoneOfNodeLabels(found.metadata.labels, source.key);
  };
}

/** The zone that a node's labels tell; undefined if the label is not set or empty. */
export function zoneOfNodeLabels(labels: Labels, key: string = ZONE_LABEL): string | undefined {
  return (
    labelOf(labels, key) || (key === ZONE_LABEL ? labelOf(labels, LEGACY_ZONE_LABEL) : undefined) || undefined
  );
}

/**
 * The zone of a pod. If that is a label of its node and the node is gone or cannot be read, the pod's copy of the label
 * is used.
 *
 * @param zoneOfNode for the same source
 * @returns undefined if no label is set, and for a node's label before scheduling; an empty label counts as not set
 */
export function zoneOfPod(
  { node, labels }: { node: string | undefined; labels: Labels },
  zoneOfNode: ZoneOfNode,
  { kind, key }: ZoneSource = NODE_ZONES,
): string | undefined {
  if (kind === 'pod-label') return labelOf(labels, key) || undefined;
  if (node === undefined) return undefined;
  return zoneOfNode(node) || (COPIED_LABELS.has(key) ? labelOf(labels, key) : undefined) || undefined;
}

type Labels = Readonly<Record<string, string>>;

/** A label may be named `constructor`, which every object inherits. */
function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
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
