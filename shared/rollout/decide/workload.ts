import type { Container, Node, ObjectMeta, Pod, StatefulSet } from '../../kube/objects.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';
import type { PlaceMemory } from './deployment-places.ts';
import { observeStatefulSet, REVISION_LABEL } from './observe.ts';
import { observeDeployment, ownedSets } from './observe-deployment.ts';
import { withPlaces } from './pods.ts';
import type { Observation } from './types.ts';

export type WorkloadKind = 'statefulset' | 'deployment';

/** A workload as it is at one moment, whatever its kind. */
export interface Workload {
  kind: WorkloadKind;
  metadata: ObjectMeta;
  replicas: number;
  /** As its owner wants it, also while a rollout has set another value. */
  minReadySeconds: number;
  selector: StatefulSet['spec']['selector'];
  /** The revision that all pods shall have; empty where the controller has not named it yet. */
  updateRevision: string;
  /** The one that they had before, where the controller tells. */
  currentRevision: string | undefined;
  /** Whether `updateRevision` is that of the newest template. */
  revisionObserved: boolean;
  /** The controller leaves it to the rollout which pods go. */
  isHeld: boolean;
  /** Of a StatefulSet: pods below this ordinal are kept on the old revision by its update strategy; 0 for none. */
  partition: number;
  /** Of the template. */
  containers: readonly Container[];
  /** The revision of a pod; undefined for a pod of another owner. */
  revisionOf(pod: Pod): string | undefined;
  /** What the decision sees of it. */
  observe(cluster: ObservedCluster, looking: Looking): Observation;
}

export interface ObservedCluster {
  /** Pods that match the selector; those of another owner are ignored. */
  pods: Iterable<Pod>;
  /** By name. Undefined where reading nodes is not allowed: then the pods' own zone labels must do. */
  nodes: ReadonlyMap<string, Node> | undefined;
}

/** What has to be known to tell the successors of pods that were taken, and where those were. */
export interface Looking {
  memory: PlaceMemory;
  minReadyMs: number;
  /** By the API server's clock. */
  nowMs: number;
}

/** Before there is a rollout to remember. */
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
    observe: ({ pods, nodes }, { memory, minReadyMs, nowMs }) =>
      withPlaces(observeStatefulSet({ statefulSet, pods, nodes }), memory, minReadyMs, nowMs),
  };
}

/** Which pods an update strategy keeps on the old revision: those below this ordinal; 0 for none. */
export function partitionOf({ type, rollingUpdate }: StatefulSet['spec']['updateStrategy']): number {
  return type === 'RollingUpdate' ? (rollingUpdate?.partition ?? 0) : 0;
}

/** What a rollout does to a partition, as a sentence; undefined where there is none. */
export function describePartition(partition: number): string | undefined {
  if (partition === 0) return undefined;
  return `its partition ${partition} keeps pods below ordinal ${partition} on the old revision; a rollout replaces all pods, these too`;
}

/** @param minReadySeconds as they were before the Deployment was held */
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
    observe: ({ pods, nodes }, { memory, minReadyMs, nowMs }) =>
      observeDeployment({ deployment, replicaSets: sets, pods, nodes }, memory, minReadyMs, nowMs),
  };
}
