import type { Node, Pod, StatefulSet } from '../../kube/objects.ts';
import { eachReplica } from '../../kube/scale-limit.ts';
import { NODE_ZONES, type ZoneSource, zoneOfPod } from '../../kube/zones.ts';
import { podReader, zoneFacts } from './observe-pod.ts';
import type { Observation, ObservedPod } from './types.ts';

/** The cached objects of one StatefulSet. */
export interface StatefulSetState {
  statefulSet: StatefulSet;
  /** Pods that match the selector; other owners' are ignored. */
  pods: Iterable<Pod>;
  /** By name. Undefined without permission to read nodes: the pods' own zone labels are used. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** By default the nodes' zone label. */
  zones?: ZoneSource | undefined;
}

/** The label with a pod's revision, set by the StatefulSet controller. */
export const REVISION_LABEL = 'controller-revision-hash';

/** Converts API objects to an Observation. Pods are identified by their owner, not only by their labels. */
export function observeStatefulSet({
  statefulSet,
  pods,
  nodes,
  zones = NODE_ZONES,
}: StatefulSetState): Observation {
  const { metadata, spec, status } = statefulSet;
  const first = spec.ordinals.start;
  const end = first + spec.replicas;
  const read = podReader(nodes, zones);
  const observed: ObservedPod[] = [];
  for (const pod of pods) {
    if (pod.metadata.controller?.uid !== metadata.uid) continue;
    const ordinal = ordinalOf(pod.metadata.name);
    observed.push({
      ...read(pod),
      ordinal,
      stale: pod.metadata.labels[REVISION_LABEL] !== status.updateRevision,
      surplus: ordinal < first || ordinal >= end,
    });
  }
  const present = new Set(observed.map((pod) => pod.name));
  const missing = missingNames(metadata.name, spec, present);
  const labels = spec.template.metadata.labels;
  const home =
    zones.kind === 'pod-label' ? zoneOfPod({ node: undefined, labels }, () => undefined, zones) : undefined;
  return {
    replicas: spec.replicas,
    updateRevision: status.updateRevision,
    revisionObserved: status.updateRevision !== '' && status.observedGeneration >= metadata.generation,
    orderedReady: spec.podManagementPolicy === 'OrderedReady',
    pods: observed,
    missing,
    ...(home !== undefined && { missingZones: new Map(missing.map((name) => [name, home])) }),
    ...zoneFacts(nodes, zones),
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
