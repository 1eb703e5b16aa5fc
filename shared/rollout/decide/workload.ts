import type { Container, Node, ObjectMeta, Pod, StatefulSet } from '../../kube/objects.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';
import type { PlaceMemory } from './deployment-places.ts';
import { observeStatefulSet, REVISION_LABEL } from './observe.ts';
import { observeDeployment, ownedSets } from './observe-deployment.ts';
import { withPlaces } from './pods.ts';
import type { Observation } from './types.ts';

export type WorkloadKind = 'statefulset' | 'deployment';

/** A workload of any kind at one moment. */
export interface Workload {
  kind: WorkloadKind;
  metadata: ObjectMeta;
  replicas: number;
  /** The owner's value, even while a rollout has set another. */
  minReadySeconds: number;
  selector: StatefulSet['spec']['selector'];
  /** The revision that all pods should have; empty if the controller has not named it yet. */
  updateRevision: string;
  /** The previous revision, if the controller reports it. */
  currentRevision: string | undefined;
  /** Whether `updateRevision` belongs to the newest template. */
  revisionObserved: boolean;
  /** The controller lets the rollout choose which pods are removed. */
  isHeld: boolean;
  /** For a StatefulSet: its update strategy keeps pods below this ordinal on the old revision; 0 for none. */
  partition: number;
  /** Of the template. */
  containers: readonly Container[];
  /** The revision of a pod; undefined for a pod of another owner. */
  revisionOf(pod: Pod): string | undefined;
  /** Converts it to an Observation. */
  observe(cluster: ObservedCluster, looking: Looking): Observation;
}

export interface ObservedCluster {
  /** Pods that match the selector; other owners' are ignored. */
  pods: Iterable<Pod>;
  /** By name. Undefined without permission to read nodes: the pods' own zone labels are used. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** Where the pods' zones come from; undefined for the workload's default, the nodes' zone label. */
  zones?: ZoneSource | undefined;
}

/** What is needed to identify the replacements of removed pods, and where those were. */
export interface Looking {
  memory: PlaceMemory;
  minReadyMs: number;
  /** By the API server's clock. */
  nowMs: number;
}

/** For observations before there is a rollout. */
export const FIRST_LOOK: Looking = { memory: { inFlight: [], lastZones: {} }, minReadyMs: 0, nowMs: 0 };

/** `statefulset/ingester`. */
export function subjectOf({ kind, metadata }: Pick<Workload, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`;
}

export function statefulSetWorkload(statefulSet: StatefulSet): Workload {
  const { metadata, spec, status } = statefulSet;
  return {
    kind: 'statefulset',
    metadata,
    replicas: spec.replicas,
    minReadySeconds: spec.minReadySeconds,
    selector: spec.selector,
    updateRevision: status.updateRevision,
    currentRevision: status.currentRevision,
    revisionObserved: status.observedGeneration >= metadata.generation,
    isHeld: spec.updateStrategy.type === 'OnDelete',
    partition: partitionOf(spec.updateStrategy),
    containers: spec.template.spec.containers,
    revisionOf: ({ metadata: { controller, labels } }) =>
      controller?.uid === metadata.uid ? (labels[REVISION_LABEL] ?? 'unknown') : undefined,
    observe: (cluster, { memory, minReadyMs, nowMs }) =>
      withPlaces(observeStatefulSet({ statefulSet, ...cluster }), memory, minReadyMs, nowMs),
  };
}

/** The ordinal below which an update strategy keeps pods on the old revision; 0 for none. */
export function partitionOf({ type, rollingUpdate }: StatefulSet['spec']['updateStrategy']): number {
  return type === 'RollingUpdate' ? (rollingUpdate?.partition ?? 0) : 0;
}

/** How a rollout treats a partition, as a sentence; undefined if there is none. */
export function describePartition(partition: number): string | undefined {
  if (partition === 0) return undefined;
  return `its partition ${partition} keeps pods below ordinal ${partition} on the old revision; a rollout replaces all pods, these too`;
}

/** @param minReadySeconds the value before the rollout paused the Deployment */
export function deploymentWorkload(
  deployment: RolledDeployment,
  replicaSets: Iterable<ReplicaSet>,
  minReadySeconds: number,
): Workload {
  const { metadata, spec } = deployment;
  const sets = ownedSets(deployment, replicaSets);
  const revisions = new Map(sets.map((set) => [set.metadata.uid, set.revision]));
  return {
    kind: 'deployment',
    metadata,
    replicas: spec.replicas,
    minReadySeconds,
    selector: spec.selector,
    updateRevision: deployment.revision,
    currentRevision: undefined,
    revisionObserved: true,
    isHeld: spec.paused,
    partition: 0,
    containers: spec.template.spec.containers,
    revisionOf: (pod) => revisions.get(pod.metadata.controller?.uid ?? ''),
    observe: (cluster, { memory, minReadyMs, nowMs }) =>
      observeDeployment({ deployment, replicaSets: sets, ...cluster }, memory, minReadyMs, nowMs),
  };
}
