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
 * | paused | makes no ReplicaSet and takes no pod, follows `replicas` in proportion; so paused between scaling down and up, which took 20 ms, it gives the OLD ReplicaSet back what is missing, and a pod has gone for nothing |
 * | several old ReplicaSets | scales those first that have pods which are not available, then the oldest |
 * | a ReplicaSet is scaled down | it deletes pods that are not scheduled, not Running or not Ready first, then those with the lowest deletion cost (controller_utils.go, ActivePodsWithRanks); budgets are not asked |
 * | podReplacementPolicy | no such field in Kubernetes 1.36; `status.terminatingReplicas` only tells |
 *
 * So a step needs no race against the controller: with a minReadySeconds that no pod reaches, a raised maxUnavailable
 * takes exactly as many pods as it was raised by, also when we are killed right afterwards. The pause between the steps
 * keeps a change of the template, for which all pods are old, from using that maxUnavailable at once.
 */
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';

/** A year: longer than any rollout, and below every overflow of the controllers' times. */
export const HELD_MIN_READY_SECONDS = 31_536_000;
/** For the API it must be above minReadySeconds; this value says that there is no deadline (deployment/util, HasProgressDeadline). */
export const NO_PROGRESS_DEADLINE = 2_147_483_647;

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

/** Whether no new pod counts as available for the controller, as far as the Deployment's own fields say. */
export function isHeld({ spec, progressDeadlineSeconds }: RolledDeployment): boolean {
  return spec.minReadySeconds === HELD_MIN_READY_SECONDS && progressDeadlineSeconds === NO_PROGRESS_DEADLINE;
}

/**
 * Whether the controllers have taken in all that was written: the ReplicaSets' own count is up to date, and the
 * Deployment's status is the sum of it, so that its controller does not act on an older picture.
 */
export function isSettled({ metadata, status }: RolledDeployment, { updated, old }: Sets): boolean {
  const sets = updated ? [...old, updated] : old;
  const counted = sets.every((set) => set.status.observedGeneration >= set.metadata.generation);
  const available = sets.reduce((sum, set) => sum + set.status.availableReplicas, 0);
  return (
    counted &&
    status.observedGeneration >= metadata.generation &&
    status.availableReplicas === available &&
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

/**
 * Whether the controller has carried the step out: so many pods are new, and all replicas have one. Until then it must
 * not be paused.
 */
export function isTaken({ spec }: RolledDeployment, { updated, old }: Sets, maxUnavailable: number): boolean {
  const fresh = updated?.replicas ?? 0;
  const all = old.reduce((sum, set) => sum + set.replicas, fresh);
  return fresh >= Math.min(maxUnavailable, spec.replicas) && all >= spec.replicas;
}
