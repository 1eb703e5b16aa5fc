/**
 * One step of a Deployment's rollout. Pure.
 *
 * What the Deployment controller does, as its source says (deployment/rolling.go, sync.go) and as was tried on a control
 * plane of Kubernetes 1.36; `test/cluster/deployment-rules.suite.ts` tries most of it again:
 *
 * | state of the Deployment | what its controller does |
 * | --- | --- |
 * | maxSurge 0, maxUnavailable m | scales old ReplicaSets down by m − (new pods not available), the new one up by what is then missing from `replicas`, and goes on as soon as new pods are available; terminating pods count for nothing |
 * | maxSurge s | lets s pods be there beyond `replicas`; paused, it still keeps up that number while there are several ReplicaSets with pods |
 * | minReadySeconds h | counts new pods as available h after they are Ready; writes h into the new ReplicaSet only, also while paused, so the old ones keep theirs |
 * | no new pod ever available (h is a year), maxUnavailable m | replaces m pods in all and then stops, for good: maxUnavailable becomes the number of pods that may be new |
 * | paused | makes no ReplicaSet, follows `replicas`, and keeps the sum of its ReplicaSets at `replicas` and maxSurge: what is too much it takes from the largest one, what is missing it gives to the largest one, and what a change of `replicas` makes it shares out in proportion |
 * | several old ReplicaSets | scales those first that have pods which are not available, then the oldest |
 * | a ReplicaSet is scaled down | it deletes pods that are not scheduled, not Running or not Ready first, then those with the lowest deletion cost (controller_utils.go, ActivePodsWithRanks); budgets are not asked |
 * | podReplacementPolicy | no such field in Kubernetes 1.37; `status.terminatingReplicas` only tells |
 *
 * So a step is taken while the Deployment stays paused: we make the new ReplicaSet larger, and the controller makes the
 * old one smaller; or the other way round, where the new one is the larger. It is one write, so that a step is taken or
 * not, also when we are killed right afterwards, and nothing that anybody changes about the Deployment meanwhile lets go
 * of more than one pod: maxUnavailable is 1, and no new pod ever reaches minReadySeconds.
 *
 * Where that cannot be had (see `wayOfStep`) the controller is let go: with a minReadySeconds that no pod reaches, a
 * raised maxUnavailable takes exactly as many pods as it was raised by.
 */
import { compareText } from '../../kube/zones.ts';
import { HELD_MIN_READY_SECONDS } from './deployment-brake.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';

/** On a ReplicaSet: the replicas of its Deployment and its maxSurge, when it was scaled last. */
export const MAX_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/max-replicas';
/** The same without maxSurge. */
export const DESIRED_REPLICAS_ANNOTATION = 'deployment.kubernetes.io/desired-replicas';

/** The ReplicaSets of a Deployment by what they are to it now. */
export interface Sets {
  /** Undefined until the controller has made it. */
  updated: ReplicaSet | undefined;
  /** Old ones with pods, the oldest first. */
  old: readonly ReplicaSet[];
}

/** @param owned by the Deployment, the oldest first */
export function sortSets({ revision }: RolledDeployment, owned: readonly ReplicaSet[]): Sets {
  return {
    updated: owned.find((set) => set.revision === revision),
    old: owned.filter((set) => set.revision !== revision && set.replicas > 0),
  };
}

/**
 * Whether the controllers have taken in all that was written: the ReplicaSets' own count is up to date, and the
 * Deployment's status is the sum of it, so that its controller does not act on an older picture.
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
 * The next change of an old ReplicaSet's minReadySeconds that makes the controller take `target` first: with several,
 * it is made to look as if none of its pods were available, and none other is. One at a time and the others first, so
 * that each change shows in the sum by which `isSettled` knows that it was seen.
 *
 * @param usual minReadySeconds that the Deployment had before it was held
 * @returns undefined when nothing is to be changed
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

/** The maxUnavailable under which the held controller takes exactly this many more pods. */
export function maxUnavailableFor({ updated }: Sets, pods: number): number {
  return (updated?.replicas ?? 0) + pods;
}

/** How the controller is made to take pods of one ReplicaSet. */
export type StepWay =
  /** The new or the old ReplicaSet is given another size, and the paused controller brings the other one in line. */
  | { kind: 'scale'; pods: number; set: ReplicaSet; replicas: number }
  /** The controller is let go for a moment, for this many new pods in all. */
  | { kind: 'release'; pods: number; maxUnavailable: number };

/**
 * The way to take up to so many pods of `target`. Paused, the controller keeps the sum of its ReplicaSets at `replicas`,
 * and takes what is too much from the largest one, or gives what is missing to the largest one; of equals it takes from
 * the older and gives to the newer. So one write, after which all is decided, suffices where the largest one is the right
 * one. Where it is not (three ReplicaSets after a change of the template in mid-rollout, or two of equal size on the way
 * back to an older one), the controller must be let go.
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

/** Whether the controller has carried the step out: `target` has got smaller, and all replicas have a pod. */
export function isTaken({ spec }: RolledDeployment, sets: Sets, target: ReplicaSet, pods: number): boolean {
  const now = sets.old.find((set) => isSame(set, target));
  return (now?.replicas ?? 0) <= target.replicas - pods && replicasOf(sets) === spec.replicas;
}

/** Whether a controller that was let go has made this many pods new, and all replicas have one. */
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

/** The largest first, as the controller sorts them (controller_utils.go, ReplicaSetsBySizeOlder and -Newer). */
function bySize(equals: 'older first' | 'newer first') {
  const sign = equals === 'older first' ? 1 : -1;
  return (a: ReplicaSet, b: ReplicaSet): number =>
    b.replicas - a.replicas ||
    sign *
      ((a.metadata.creationTimestampMs ?? 0) - (b.metadata.creationTimestampMs ?? 0) ||
        compareText(a.metadata.name, b.metadata.name));
}
