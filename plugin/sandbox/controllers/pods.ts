import { PODS } from '../api/resources.ts';
import { controllerOf, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import type { Condition, Pod } from './types.ts';

/** Pods that `uid` controls. */
export function podsControlledBy(store: Store, uid: string | undefined): Pod[] {
  return store
    .ownedBy(uid ?? '')
    .filter(({ resource, object }) => resource === PODS && controllerOf(object)?.uid === uid)
    .map(({ object }) => object as Pod);
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

/** Running with the Ready condition true; a terminating pod may still be ready. */
export function isReady(pod: Pod): boolean {
  return pod.status.phase === 'Running' && condition(pod, 'Ready')?.status === 'True';
}

export function condition(pod: Pod, type: string): Condition | undefined {
  return pod.status.conditions?.find((candidate) => candidate.type === type);
}

/** Milliseconds until a ready pod has been ready for `minReadySeconds`; 0 if it has been, Infinity if it is unready. */
export function untilAvailableMs(pod: Pod, minReadySeconds: number | undefined, nowMs: number): number {
  if (!isReady(pod)) return Number.POSITIVE_INFINITY;
  const sinceMs = Date.parse(condition(pod, 'Ready')?.lastTransitionTime ?? '');
  return Math.max(0, sinceMs + (minReadySeconds ?? 0) * 1000 - nowMs);
}
