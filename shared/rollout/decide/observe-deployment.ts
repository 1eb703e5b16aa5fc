import type { Node, Pod } from '../../kube/objects.ts';
import { compareText, NODE_ZONES, type ZoneSource } from '../../kube/zones.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';
import { type PlaceMemory, placePods, type UnplacedPod } from './deployment-places.ts';
import { podReader, zoneFacts } from './observe-pod.ts';
import { isAvailable } from './pods.ts';
import type { Observation } from './types.ts';

/** The cached objects of one Deployment. */
export interface DeploymentState {
  deployment: RolledDeployment;
  /** Those that match the selector; other owners' are ignored. */
  replicaSets: Iterable<ReplicaSet>;
  pods: Iterable<Pod>;
  /** By name. Undefined without permission to read nodes: the pods' own zone labels are used. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** By default the nodes' zone label. */
  zones?: ZoneSource | undefined;
}

/**
 * Converts a Deployment, its ReplicaSets and their pods to an Observation. The revision is derived from the template,
 * so it is known before the controller has observed the template, and no status has to be waited for.
 *
 * @param memory of the rollout: identifies the pods of the current wave, and so their replacements
 * @param minReadyMs how long a replacement must be Ready before it takes its predecessor's place
 */
export function observeDeployment(
  { deployment, replicaSets, pods, nodes, zones = NODE_ZONES }: DeploymentState,
  memory: PlaceMemory,
  minReadyMs: number,
  nowMs: number,
): Observation {
  const sets = ownedSets(deployment, replicaSets);
  const revisions = new Map(sets.map((set) => [set.metadata.uid, set.revision]));
  const read = podReader(nodes, zones);
  const found: UnplacedPod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.controller?.uid ?? '';
    const isOwn = revisions.has(owner) || isOfRemovedSet(pod, deployment.metadata.name);
    if (!isOwn || isFinished(pod)) continue;
    found.push({
      ...read(pod),
      createdMs: pod.metadata.creationTimestampMs ?? 0,
      stale: revisions.get(owner) !== deployment.revision,
    });
  }
  const { replicas } = deployment.spec;
  const available = (pod: UnplacedPod) =>
    isAvailable({ ...pod, ordinal: 0, surplus: false }, minReadyMs, nowMs);
  return {
    replicas,
    updateRevision: deployment.revision,
    revisionObserved: true,
    orderedReady: false,
    ...placePods(replicas, found, memory, available),
    ...zoneFacts(nodes, zones),
  };
}

/** The ReplicaSets that the Deployment controls, oldest first, in the controller's order. */
export function ownedSets(
  { metadata: { uid } }: Pick<RolledDeployment, 'metadata'>,
  replicaSets: Iterable<ReplicaSet>,
): ReplicaSet[] {
  return [...replicaSets]
    .filter((set) => set.metadata.controller?.uid === uid)
    .sort(
      (a, b) =>
        (a.metadata.creationTimestampMs ?? 0) - (b.metadata.creationTimestampMs ?? 0) ||
        compareText(a.metadata.name, b.metadata.name),
    );
}

/**
 * The controller deletes an old ReplicaSet beyond revisionHistoryLimit as soon as it has only terminating
 * pods. These are still leaving, and may flush for long. Only the ReplicaSet's name shows whose they were.
 */
function isOfRemovedSet({ metadata }: Pod, deployment: string): boolean {
  const { controller, deletionTimestampMs } = metadata;
  return (
    deletionTimestampMs !== undefined &&
    controller?.kind === 'ReplicaSet' &&
    controller.name.replace(/-[^-]*$/, '') === deployment
  );
}

/** A pod that has finished or was evicted by its kubelet stays as an object; its ReplicaSet has created another. */
function isFinished({ metadata, status }: Pod): boolean {
  const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
  return ended && metadata.deletionTimestampMs === undefined;
}
