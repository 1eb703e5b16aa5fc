import type { KubeObject } from '../store/object.ts';
import { availableIn, sum, wantedBy } from './deployment-plan.ts';
import type { ReplicaSet } from './replicaset.ts';

/** What a ReplicaSet was last scaled for: the replicas of its Deployment, without and with maxSurge. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

/** The desired replicas of a Deployment, and the pods in its status. */
export interface Wanted {
  replicas: number;
  maxSurge: number;
  /** `status.replicas`, for sets without the annotations. */
  counted: number;
  isRolling: boolean;
}

/** Whether `replicas` has changed since the sets were scaled (deployment/sync.go, isScalingEvent). */
export function isScalingEvent(replicas: number, sets: readonly ReplicaSet[]): boolean {
  return sets.filter(isActive).some((set) => (annotated(set, DESIRED_REPLICAS) ?? replicas) !== replicas);
}

/**
 * The sizes of the sets of a Deployment that is paused or was scaled (deployment/sync.go, scale): a single set follows
 * `replicas`; several sets share the difference in proportion to their sizes, and the largest gets the rest.
 *
 * @returns the replicas of the sets that change
 */
export function proportionalScale(
  wanted: Wanted,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Map<ReplicaSet, number> {
  const { replicas, maxSurge } = wanted;
  const all = newSet ? [...oldSets, newSet] : [...oldSets];
  const active = all.filter(isActive);
  const [only, second] = active;
  if (!second) {
    const latest = only ?? newSet ?? [...oldSets].sort(byCreation).at(-1);
    return new Map(latest && wantedBy(latest) !== replicas ? [[latest, replicas]] : []);
  }
  if (newSet && isSaturated(replicas, newSet)) {
    return new Map(oldSets.filter(isActive).map((set) => [set, 0]));
  }
  if (!wanted.isRolling) return new Map();
  const toAdd = (replicas > 0 ? replicas + maxSurge : 0) - sum(active, wantedBy);
  const ordered = active.sort((a, b) => wantedBy(b) - wantedBy(a) || byCreation(a, b) * (toAdd > 0 ? -1 : 1));
  const sizes = new Map<ReplicaSet, number>();
  let added = 0;
  for (const set of ordered) {
    const share = toAdd === added ? 0 : limited(fraction(wanted, set), toAdd, toAdd - added);
    sizes.set(set, wantedBy(set) + share);
    added += share;
  }
  const [largest] = ordered;
  if (largest) sizes.set(largest, Math.max(0, (sizes.get(largest) ?? 0) + toAdd - added));
  return sizes;
}

export function isActive(set: ReplicaSet): boolean {
  return wantedBy(set) > 0;
}

/** A number in an annotation of the set; undefined without one. */
export function annotated(set: KubeObject, name: string): number | undefined {
  const text = set.metadata.annotations?.[name];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * How many replicas to add to (or, if negative, to remove from) this set for the new size of the Deployment
 * (getReplicaSetFraction).
 */
function fraction({ replicas, maxSurge, counted }: Wanted, set: ReplicaSet): number {
  if (replicas === 0) return -wantedBy(set);
  const before = annotated(set, MAX_REPLICAS) || counted;
  if (before === 0) return 0;
  return Math.round((wantedBy(set) * (replicas + maxSurge)) / before) - wantedBy(set);
}

function limited(share: number, toAdd: number, allowed: number): number {
  if (toAdd === 0) return 0;
  return toAdd > 0 ? Math.min(share, allowed) : Math.max(share, allowed);
}

function isSaturated(replicas: number, set: ReplicaSet): boolean {
  return (
    wantedBy(set) === replicas &&
    annotated(set, DESIRED_REPLICAS) === replicas &&
    availableIn(set) === replicas
  );
}

/** Oldest first, then by name. */
function byCreation(a: KubeObject, b: KubeObject): number {
  const [first, second] = [a, b].map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? '') || 0);
  if (first !== second) return (first ?? 0) - (second ?? 0);
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
