import type { KubeObject } from '../store/object.ts';
import type { ReplicaSet } from './replicaset.ts';
import type { Pod, WorkloadSpec } from './types.ts';

export interface Deployment extends KubeObject {
  spec: WorkloadSpec & {
    paused?: boolean;
    strategy: {
      type: string;
      rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string };
    };
  };
}

export interface Rolling {
  maxSurge: number;
  maxUnavailable: number;
}

/**
 * maxSurge rounded up and maxUnavailable rounded down, never both zero (deployment/util, ResolveFenceposts).
 *
 * @param strategy the deployment's `rollingUpdate`
 */
export function resolveRolling(
  strategy: { maxSurge?: number | string; maxUnavailable?: number | string },
  replicas: number,
): Rolling {
  const maxSurge = scaled(strategy.maxSurge ?? '25%', replicas, Math.ceil);
  const maxUnavailable = scaled(strategy.maxUnavailable ?? '25%', replicas, Math.floor);
  return { maxSurge, maxUnavailable: maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable };
}

function scaled(value: number | string, total: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * total) / 100);
}

/** Replicas that the new set and each old set should have next. */
export interface Plan {
  newReplicas: number;
  old: Map<ReplicaSet, number>;
}

/**
 * One step of a rolling update: the new set scales up to the surge, then old sets scale down, unhealthy pods first, as
 * far as availability allows (deployment/rolling.go).
 */
export function rollingStep(
  replicas: number,
  { maxSurge, maxUnavailable }: Rolling,
  newSet: ReplicaSet,
  oldSets: readonly ReplicaSet[],
): Plan {
  const total = sum([newSet, ...oldSets], wantedBy);
  const newReplicas = grown(replicas, maxSurge, newSet, total);
  const old = new Map(oldSets.map((set) => [set, wantedBy(set)]));
  const mustStay = replicas - maxUnavailable;
  const newUnavailable = Math.max(0, wantedBy(newSet) - availableIn(newSet));
  let removable = total - mustStay - newUnavailable;
  for (const set of oldSets) {
    const unhealthy = Math.max(0, wantedBy(set) - availableIn(set));
    const removed = Math.min(unhealthy, Math.max(0, removable));
    old.set(set, wantedBy(set) - removed);
    removable -= removed;
  }
  let spare = sum([newSet, ...oldSets], availableIn) - mustStay;
  for (const set of oldSets) {
    const kept = old.get(set) ?? 0;
    const removed = Math.min(kept, Math.max(0, Math.min(spare, removable)));
    old.set(set, kept - removed);
    spare -= removed;
    removable -= removed;
  }
  return { newReplicas, old };
}

function grown(replicas: number, maxSurge: number, newSet: ReplicaSet, total: number): number {
  const now = wantedBy(newSet);
  if (now >= replicas) return replicas;
  return Math.min(replicas, now + Math.max(0, replicas + maxSurge - total));
}

/** Old pods are deleted first; the new set starts only when none of them is left, including terminating ones. */
export function recreateStep(
  replicas: number,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
  oldPods: readonly Pod[],
): Plan {
  const now = newSet ? wantedBy(newSet) : 0;
  return { newReplicas: oldPods.length > 0 ? now : replicas, old: new Map(oldSets.map((set) => [set, 0])) };
}

export function wantedBy(set: ReplicaSet): number {
  return set.spec.replicas;
}

export function availableIn(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

export function sum(sets: readonly ReplicaSet[], number: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + number(set), 0);
}
