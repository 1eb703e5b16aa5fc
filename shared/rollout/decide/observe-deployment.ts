import type { Node, Pod } from '../../kube/objects.ts';
import { readySinceMs } from '../../kube/pods.ts';
import { compareText, zoneOfPod, zonesOf } from '../../kube/zones.ts';
import { problemOf } from './cordoned.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';
import { type PlaceMemory, placePods, type UnplacedPod } from './deployment-places.ts';
import { terminationOf } from './leaving.ts';
import { isAvailable } from './pods.ts';
import type { Observation } from './types.ts';

/** What the caches hold about one Deployment. */
export interface DeploymentState {
  deployment: RolledDeployment;
  /** Those that match the selector; those of another owner are ignored. */
  replicaSets: Iterable<ReplicaSet>;
  pods: Iterable<Pod>;
  /** By name. Undefined where reading nodes is not allowed: then the pods' own zone labels must do. */
  nodes: ReadonlyMap<string, Node> | undefined;
}

/**
 * Turns a Deployment, its ReplicaSets and their pods into what the decision sees. The revision is the template itself,
 * so it is known before the controller has seen the template, and nothing of its status is waited for.
 *
 * @param memory of the rollout: which pods the present wave has taken, so that their successors are known for such
 * @param minReadyMs for which a successor must be Ready before it has taken its predecessor's place
 */
export function observeDeployment(
  { deployment, replicaSets, pods, nodes }: DeploymentState,
  memory: PlaceMemory,
  minReadyMs: number,
  nowMs: number,
): Observation {
  const sets = ownedSets(deployment, replicaSets);
  const revisions = new Map(sets.map((set) => [set.metadata.uid, set.revision]));
  const zoneOfNode = zonesOf(nodes);
  const found: UnplacedPod[] = [];
  for (const pod of pods) {
    const owner = pod.metadata.controller?.uid ?? '';
    const isOwn = revisions.has(owner) || isOfRemovedSet(pod, deployment.metadata.name);
    if (!isOwn || isFinished(pod)) continue;
    const { nodeName } = pod.spec;
    found.push({
      name: pod.metadata.name,
      uid: pod.metadata.uid,
      createdMs: pod.metadata.creationTimestampMs ?? 0,
      node: nodeName,
      zone: zoneOfPod({ node: nodeName, labels: pod.metadata.labels }, zoneOfNode),
      unscheduled: nodeName === undefined,
      stale: revisions.get(owner) !== deployment.revision,
      terminating: pod.metadata.deletionTimestampMs !== undefined,
      termination: terminationOf(pod),
      readySinceMs: readySinceMs(pod),
      problem: problemOf(pod, nodes),
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
    ...(nodes === undefined && { nodesForbidden: true }),
  };
}

/** The ReplicaSets that the Deployment controls, the oldest first, as the controller takes them. */
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
 * The controller removes an old ReplicaSet beyond revisionHistoryLimit as soon as it has no pods but terminating ones.
 * These still leave, and may flush for long. Its name is all that is left to tell whose they were.
 */
function isOfRemovedSet({ metadata }: Pod, deployment: string): boolean {
  const { controller, deletionTimestampMs } = metadata;
  return (
    deletionTimestampMs !== undefined &&
    controller?.kind === 'ReplicaSet' &&
    controller.name.replace(/-[^-]*$/, '') === deployment
  );
}

/** A pod that has ended or was evicted by its kubelet stays as an object, and its ReplicaSet has made another. */
function isFinished({ metadata, status }: Pod): boolean {
  const ended = status.phase === 'Succeeded' || status.phase === 'Failed';
  return ended && metadata.deletionTimestampMs === undefined;
}
