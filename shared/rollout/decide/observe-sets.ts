import type { Node, Pod, StatefulSet } from '../../kube/objects.ts';
import { NODE_ZONES, type ZoneSource } from '../../kube/zones.ts';
import { observeStatefulSet } from './observe.ts';
import { zoneFacts } from './observe-pod.ts';
import { zoneOfSet } from './set-zone.ts';
import type { Observation } from './types.ts';

/** A StatefulSet that was rolled out with the others and is not any more. */
export interface LeftSet {
  /** As it was last seen. */
  statefulSet: StatefulSet;
  /** False if it was deleted; otherwise its labels have changed. */
  exists: boolean;
}

/** The cached objects of the StatefulSets that make one service. */
export interface SetsState {
  sets: readonly StatefulSet[];
  left: readonly LeftSet[];
  /** Other owners' are ignored. */
  pods: Iterable<Pod>;
  /** By name; undefined without permission to read nodes. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** Undefined: each StatefulSet has a zone of its own. */
  zones?: ZoneSource | undefined;
  /** Names the revisions of all sets. */
  updateRevision: string;
}

/**
 * Converts several StatefulSets to one Observation: their pods as one input, each with its own set's revision.
 *
 * Pods of a set that has left are not replaced, but still count in their zone: the rollout may have made them unavailable.
 * If the set was deleted, none is expected any more, and those that remain count until they are gone.
 */
export function observeStatefulSets(state: SetsState): Observation {
  const { sets, left, nodes, zones, updateRevision } = state;
  const byOwner = Map.groupBy(state.pods, ({ metadata }) => metadata.controller?.uid ?? '');
  const observe = (statefulSet: StatefulSet) => {
    const pods = byOwner.get(statefulSet.metadata.uid) ?? [];
    const seen = observeStatefulSet({ statefulSet, pods, nodes, zones });
    if (zones) return seen;
    const home = zoneOfSet(statefulSet) ?? onlyZone(seen);
    return home === undefined ? seen : atHome(seen, home);
  };
  const parts = sets.map(observe);
  const former = left.map(({ statefulSet, exists }) => asLeft(observe(statefulSet), exists));
  const all = [...parts, ...former];
  const byNode = zones === undefined && !sets.every((set) => zoneOfSet(set) !== undefined);
  return {
    replicas: parts.reduce((sum, { replicas }) => sum + replicas, 0),
    updateRevision,
    revisionObserved: parts.every(({ revisionObserved }) => revisionObserved),
    orderedReady: parts.some(({ orderedReady }) => orderedReady),
    pods: all.flatMap(({ pods }) => pods),
    missing: all.flatMap(({ missing }) => missing),
    missingZones: new Map(all.flatMap(({ missingZones }) => [...(missingZones ?? [])])),
    ...(zones || byNode ? zoneFacts(nodes, zones ?? NODE_ZONES) : {}),
    ...(zones === undefined && { zones: { kind: 'statefulset' } }),
  };
}

/** The zone that all located pods of a set are in. */
function onlyZone({ pods }: Observation): string | undefined {
  const known = new Set(pods.flatMap(({ zone }) => zone ?? []));
  const [only] = known;
  return known.size === 1 ? only : undefined;
}

/** The pods of a set that has a zone are in it wherever they run. */
function atHome(seen: Observation, home: string): Observation {
  return {
    ...seen,
    pods: seen.pods.map((pod) => ({ ...pod, zone: home })),
    missingZones: new Map(seen.missing.map((name) => [name, home])),
  };
}

function asLeft(seen: Observation, exists: boolean): Observation {
  return {
    ...seen,
    pods: seen.pods.map((pod) => ({ ...pod, stale: false, surplus: pod.surplus || !exists })),
    missing: exists ? seen.missing : [],
  };
}
