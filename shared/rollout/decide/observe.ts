import type { Node, Pod, StatefulSet } from '../../kube/objects.ts';
import { readySinceMs } from '../../kube/pods.ts';
import { eachReplica } from '../../kube/scale-limit.ts';
import { zoneOfPod, zonesOf } from '../../kube/zones.ts';
import { problemOf } from './cordoned.ts';
import { terminationOf } from './leaving.ts';
import type { Observation, ObservedPod } from './types.ts';

/** The cached objects of one StatefulSet. */
export interface StatefulSetState {
  statefulSet: StatefulSet;
  /** Pods that match the selector; other owners' are ignored. */
  pods: Iterable<Pod>;
  /** By name. Undefined without permission to read nodes: the pods' own zone labels are used. */
  nodes: ReadonlyMap<string, Node> | undefined;
}

/** The label with a pod's revision, set by the StatefulSet controller. */
export const REVISION_LABEL = 'controller-revision-hash';

/** Converts API objects to an Observation. Pods are identified by their owner, not only by their labels. */
export function observeStatefulSet({ statefulSet, pods, nodes }: StatefulSetState): Observation {
  const { metadata, spec, status } = statefulSet;
  const first = spec.ordinals.start;
  const end = first + spec.replicas;
  const zoneOfNode = zonesOf(nodes);
  const observed: ObservedPod[] = [];
  for (const pod of pods) {
    if (pod.metadata.controller?.uid !== metadata.uid) continue;
    const ordinal = ordinalOf(pod.metadata.name);
    observed.push({
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      ordinal,
      node: pod.spec.nodeName,
      zone: zoneOfPod({ node: pod.spec.nodeName, labels: pod.metadata.labels }, zoneOfNode),
      unscheduled: pod.spec.nodeName === undefined,
      stale: pod.metadata.labels[REVISION_LABEL] !== status.updateRevision,
      terminating: pod.metadata.deletionTimestampMs !== undefined,
      termination: terminationOf(pod),
      surplus: ordinal < first || ordinal >= end,
      readySinceMs: readySinceMs(pod),
      problem: problemOf(pod, nodes),
    });
  }
  const present = new Set(observed.map((pod) => pod.name));
  return {
    replicas: spec.replicas,
    updateRevision: status.updateRevision,
    revisionObserved: status.updateRevision !== '' && status.observedGeneration >= metadata.generation,
    orderedReady: spec.podManagementPolicy === 'OrderedReady',
    pods: observed,
    missing: missingNames(metadata.name, spec, present),
    ...(nodes === undefined && { nodesForbidden: true }),
  };
}

/** For an excessive number of replicas, only the first ones. */
function missingNames(
  name: string,
  { replicas, ordinals }: StatefulSet['spec'],
  present: ReadonlySet<string>,
): string[] {
  const missing: string[] = [];
  for (const index of eachReplica(replicas)) {
    const pod = `${name}-${ordinals.start + index}`;
    if (!present.has(pod)) missing.push(pod);
  }
  return missing;
}

/** The ordinal at the end of a StatefulSet pod's name; -1 if there is none. */
function ordinalOf(name: string): number {
  const match = /-(\d+)$/.exec(name);
  return match ? Number(match[1]) : -1;
}
