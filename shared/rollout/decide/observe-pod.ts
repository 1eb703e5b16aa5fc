import type { Node, Pod } from '../../kube/objects.ts';
import { readySinceMs } from '../../kube/pods.ts';
import { type ZoneSource, zoneOfPod, zonesOf } from '../../kube/zones.ts';
import { problemOf } from './cordoned.ts';
import { terminationOf } from './leaving.ts';
import type { Observation, ObservedPod } from './types.ts';

/** What a pod's object tells, whichever workload it belongs to. */
export type PodFacts = Omit<ObservedPod, 'ordinal' | 'stale' | 'surplus' | 'asked'>;

/**
 * A function that reads pods.
 *
 * @param nodes by name; undefined without permission to read them
 * @param zones where the pods' zones come from
 */
export function podReader(
  nodes: ReadonlyMap<string, Node> | undefined,
  zones: ZoneSource,
): (pod: Pod) => PodFacts {
  const zoneOfNode = zonesOf(nodes, zones);
  return (pod) => {
    const { metadata, spec } = pod;
    const zone = zoneOfPod({ node: spec.nodeName, labels: metadata.labels }, zoneOfNode, zones);
    return {
      name: metadata.name,
      uid: metadata.uid,
      node: spec.nodeName,
      zone,
      ...(zone === undefined && zones.kind === 'pod-label' && { unlabelled: true }),
      unscheduled: spec.nodeName === undefined,
      terminating: metadata.deletionTimestampMs !== undefined,
      termination: terminationOf(pod),
      readySinceMs: readySinceMs(pod),
      problem: problemOf(pod, nodes),
    };
  };
}

/** What an observation tells about its zones. */
export function zoneFacts(
  nodes: ReadonlyMap<string, Node> | undefined,
  zones: ZoneSource,
): Pick<Observation, 'zones' | 'nodesForbidden'> {
  return { zones, ...(zones.kind === 'node-label' && nodes === undefined && { nodesForbidden: true }) };
}
