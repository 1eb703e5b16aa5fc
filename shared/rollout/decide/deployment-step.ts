/**
 * One step of a Deployment's rollout. Pure.
 *
 * Behaviour of the Deployment controller, from its source (deployment/rolling.go, sync.go) and verified on a
 * control plane of Kubernetes 1.36; `test/cluster/deployment-rules.suite.ts` verifies most of it again:
 *
 * | state of the Deployment | what its controller does |
 * | --- | --- |
 * | maxSurge 0, maxUnavailable m | scales old ReplicaSets down by m − (new pods not available), scales the new one up by what is then missing from `replicas`, and continues as soon as new pods are available; terminating pods are not counted |
 * | maxSurge s | allows s pods beyond `replicas`; even paused, it maintains that number while several ReplicaSets have pods |
 * | minReadySeconds h | counts new pods as available h after they are Ready; writes h to the new ReplicaSet only, even while paused, so the old ones keep theirs |
 * | no new pod ever available (h is a year), maxUnavailable m | replaces m pods in total and then stops permanently: maxUnavailable becomes the number of pods that may be new |
 * | paused | creates no ReplicaSet, follows `replicas`, and keeps the sum of its ReplicaSets at `replicas` plus maxSurge: it removes excess pods from the largest one, adds missing pods to the largest one, and scales proportionally when `replicas` changes |
 * | several old ReplicaSets | scales those with unavailable pods first, then the oldest |
 * | a ReplicaSet is scaled down | it deletes pods that are not scheduled, not Running or not Ready first, then those with the lowest deletion cost (controller_utils.go, ActivePodsWithRanks); budgets are not checked |
 * | podReplacementPolicy | no such field in Kubernetes 1.37; `status.terminatingReplicas` is informational only |
 *
 * So a step runs while the Deployment stays paused: we scale the new ReplicaSet up, and the controller scales
 * the old one down; or the reverse, if the new one is the larger. It is a single write, so a step is atomic
 * even if we are killed directly afterwards, and no concurrent change of the Deployment can remove more than
 * one pod: maxUnavailable is 1, and no new pod ever reaches minReadySeconds.
 *
 * Where this is not possible (see `wayOfStep`) the controller is released: with a minReadySeconds that no pod
 * reaches, raising maxUnavailable replaces exactly as many pods as it was raised by.
 */
import { compareText } from '../../kube/zones.ts';
import { HELD_MIN_READY_SECONDS } from './deployment-brake.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';

/** On a ReplicaSet: `replicas` plus maxSurge of its Deployment, when it was last scaled. */
export const MAX_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/max-replicas';
/** The same without maxSurge. */
export const DESIRED_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/desired-replicas';

/** The ReplicaSets of a Deployment by their current role. */
export interface Sets {
  /** Undefined until the controller has created it. */
  updated: ReplicaSet | undefined;
  /** Old ones with pods, oldest first. */
  old: readonly ReplicaSet[];
}

/** @param owned by the Deployment, oldest first */
export function sortSets({ revision }: RolledDeployment, owned: readonly ReplicaSet[]): Sets {
  return {
    updated: owned.find((set) => set.revision === revision),
    old: owned.filter((set) => set.revision !== revision && set.replicas > 0),
  };
}

/**
 * Whether the controllers have processed everything written: the ReplicaSets' own counts are up to date, and
 * the Deployment's status is their sum, so its controller does not act on a stale view.
 */
export function isSettled({ metadata, spec, status }: RolledDeployment, { updated, old }: Sets): boolean {
  const sets = updated ? [...old, updated] : old;
  const counted = sets.every((set) => set.status.observedGeneration >= set.metadata.generation);
  const available = sets.reduce((sum, set) => sum + set.status.availableReplicas, 0);
  return (
    counted &&
    status.observedGeneration >= metadata.generation &&
    status.availableReplicas === available &&
    replicasOf({ updated, old }) === spec.replicas &&
    (updated === undefined ||
      (updated.minReadySeconds === HELD_MIN_READY_SECONDS && updated.status.availableReplicas === 0))
  );
}

/**
 * The next change of an old ReplicaSet's minReadySeconds that makes the controller scale `target` down first: with
 * several, it is made to appear as if none of its pods were available, and only it. One change at a time and the other
 * ReplicaSets first, so that each change is visible in the sum by which `isSettled` detects that it was processed.
 *
 * @param usual minReadySeconds of the Deployment before the rollout
 * @returns undefined if no change is needed
 */
export function steer(
  { old }: Sets,
  target: ReplicaSet,
  usual: number,
): { set: ReplicaSet; minReadySeconds: number } | undefined {
  const other = old.find((set) => {
    const isTarget = set.metadata.uid === target.metadata.uid;
    return set.minReadySeconds === HELD_MIN_READY_SECONDS && (!isTarget || old.length === 1);
  });
  if (other) return { set: other, minReadySeconds: usual };
  if (old.length === 1 || target.minReadySeconds === HELD_MIN_READY_SECONDS) return undefined;
  return { set: target, minReadySeconds: HELD_MIN_READY_SECONDS };
}

/** The maxUnavailable under which the controller replaces exactly this many more pods. */
export function maxUnavailableFor({ updated }: Sets, pods: number): number {
  return (updated?.replicas ?? 0) + pods;
}

/** How the controller is made to remove pods of one ReplicaSet. */
export type StepWay =
  /** The new or the old ReplicaSet is scaled, and the paused controller adjusts the other one. */
  | { kind: 'scale'; pods: number; set: ReplicaSet; replicas: number }
  /** The controller is released briefly, for this many new pods in total. */
  | { kind: 'release'; pods: number; maxUnavailable: number };

/**
 * How to remove up to `pods` pods of `target`. While paused, the controller keeps the sum of its ReplicaSets
 * at `replicas`, and removes excess pods from the largest one, or adds missing pods to the largest one; among
 * equals it removes from the older and adds to the newer. So one write suffices if the largest one is the
 * right one. If not (three ReplicaSets after a template change during a rollout, or two of equal size on the
 * way back to an older one), the controller must be released.
 */
export function wayOfStep({ spec }: RolledDeployment, sets: Sets, target: ReplicaSet, pods: number): StepWay {
  const { updated } = sets;
  const others = sets.old.filter((set) => !isSame(set, target));
  const inLine = others.every(
    (set) => set.metadata.annotations[MAX_REPLICAS_ANNOTATION] === `${spec.replicas}`,
  );
  if (updated && inLine && replicasOf(sets) === spec.replicas) {
    for (const count of pods > 1 ? [pods, pods - 1] : [pods]) {
      const grown = { ...updated, replicas: updated.replicas + count };
      const shrunk = { ...target, replicas: target.replicas - count };
      const takenFrom = [grown, target, ...others].sort(bySize('older first'))[0];
      if (takenFrom && isSame(takenFrom, target)) {
        return { kind: 'scale', pods: count, set: updated, replicas: grown.replicas };
      }
      const givenTo = [updated, shrunk, ...others].sort(bySize('newer first'))[0];
      if (updated.replicas > 0 && givenTo && isSame(givenTo, updated)) {
        return { kind: 'scale', pods: count, set: target, replicas: shrunk.replicas };
      }
    }
  }
  return { kind: 'release', pods, maxUnavailable: maxUnavailableFor(sets, pods) };
}

/** Whether the controller has carried out the step: `target` is scaled down, and every replica has a pod. */
export function isTaken({ spec }: RolledDeployment, sets: Sets, target: ReplicaSet, pods: number): boolean {
  const now = sets.old.find((set) => isSame(set, target));
  return (now?.replicas ?? 0) <= target.replicas - pods && replicasOf(sets) === spec.replicas;
}

/** Whether a released controller has created this many new pods, and every replica has one. */
export function isReleaseTaken({ spec }: RolledDeployment, sets: Sets, maxUnavailable: number): boolean {
  const fresh = sets.updated?.replicas ?? 0;
  return fresh >= Math.min(maxUnavailable, spec.replicas) && replicasOf(sets) >= spec.replicas;
}

function replicasOf({ updated, old }: Sets): number {
  return old.reduce((sum, set) => sum + set.replicas, updated?.replicas ?? 0);
}

function isSame(a: ReplicaSet, b: ReplicaSet): boolean {
  return a.metadata.uid === b.metadata.uid;
}

/** Largest first, in the controller's order (controller_utils.go, ReplicaSetsBySizeOlder and -Newer). */
function bySize(equals: 'older first' | 'newer first') {
  const sign = equals === 'older first' ? 1 : -1;
  return (a: ReplicaSet, b: ReplicaSet): number =>
    b.replicas - a.replicas ||
    sign *
      ((a.metadata.creationTimestampMs ?? 0) - (b.metadata.creationTimestampMs ?? 0) ||
        compareText(a.metadata.name, b.metadata.name));
}
