/** Finds what determines the expected number of pods: the root of a pod's owners that can be scaled. */
import type { Controller } from '../../kube/objects.ts';
import type { Workload, WorkloadKind } from './workload.ts';
import type { Workloads } from './workload-index.ts';

/** The object that determines the expected number of pods. */
export interface Owner {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  replicas: number;
  /** Ordinal of the first pod, if pods are named NAME-ORDINAL; undefined if names are random. */
  firstOrdinal: number | undefined;
  /** Whether the replicas come from a watch, or only from the scale subresource, which must be polled. */
  source: 'watch' | 'scale';
}

/** An object whose scale subresource must be read. */
export interface ScaleRef extends Controller {
  namespace: string;
}

export type ScaleRead =
  | { kind: 'replicas'; replicas: number }
  /** The object does not exist. */
  | { kind: 'gone' }
  /** Its kind has no scale subresource. */
  | { kind: 'no-scale' }
  /** It could not be read. */
  | { kind: 'failed'; error: string };

/** Where owners are looked up. */
export interface OwnerSources {
  workloads: Workloads;
  /** The last result of reading its scale; undefined if it was not read yet. */
  scaleOf(ref: ScaleRef): ScaleRead | undefined;
}

export type OwnerResult =
  | { kind: 'owner'; owner: Owner }
  /** This must be read first. */
  | { kind: 'ask'; ref: ScaleRef }
  /** The second half of a sentence that says why there is none, and what would change that. */
  | {
      kind: 'problem';
      reason: string;
      fix: string;
      /** The owner was not found in this resource, whose cache may lag, or on the API server. */
      goneFrom?: WatchedOwners | 'the API server';
    };

/** Resources of owners that are watched. */
export type WatchedOwners = 'statefulsets' | 'deployments' | 'replicasets';

/** An object with an owner: a pod, or a workload owned by another one. */
export interface Owned {
  namespace: string;
  name: string;
  controller: Controller | undefined;
}

/**
 * The owner that determines the expected number of pods. Found as in the controller of PodDisruptionBudgets
 * (pkg/controller/disruption of Kubernetes), but any scalable owner of a ReplicaSet counts.
 */
export function ownerOf(owned: Owned, sources: OwnerSources): OwnerResult {
  const { controller, name } = owned;
  if (!controller) {
    return {
      kind: 'problem',
      reason: `${name} has no owner with a number of replicas`,
      fix: 'change the selector of the budget so that it does not select that pod',
    };
  }
  const kind = KINDS.find((each) => isApps(controller, each));
  if (!kind) return ownerByScale(controller, owned, sources);
  const workload = sources.workloads.byUid(controller.uid);
  // An ineffective owner reference, such as one to another namespace, refers to no owner.
  if (
    workload?.kind !== kind ||
    workload.namespace !== owned.namespace ||
    workload.name !== controller.name
  ) {
    return { ...problem(controller, owned, 'does not exist', GONE), goneFrom: WATCHED[kind] };
  }
  return kind === 'ReplicaSet' && workload.controller
    ? aboveReplicaSet(workload, { ...owned, controller: workload.controller }, sources)
    : { kind: 'owner', owner: asOwner(workload) };
}

/**
 * The owner of a workload's future pods: itself, or a ReplicaSet's owner.
 *
 * @returns undefined for the ReplicaSets of a Deployment, which is found by its own template
 */
export function ownerOfTemplate(workload: Workload, sources: OwnerSources): OwnerResult | undefined {
  const { kind, controller } = workload;
  if (kind !== 'ReplicaSet' || !controller) return { kind: 'owner', owner: asOwner(workload) };
  if (isApps(controller, 'Deployment')) return undefined;
  return aboveReplicaSet(workload, { ...workload, controller }, sources);
}

/** Uids that this owner's pods have as their controller: its own, and those of its ReplicaSets. */
export function controllersOf(
  { uid }: Owner,
  { workloads }: Pick<OwnerSources, 'workloads'>,
): ReadonlySet<string> {
  const uids = new Set([uid]);
  for (const below of workloads.controlledBy(uid)) uids.add(below.uid);
  return uids;
}

/**
 * Whether an owner with pods named NAME-ORDINAL expects the pod with this name.
 *
 * @returns undefined if names are random
 */
export function expects({ name, firstOrdinal, replicas }: Owner, pod: string): boolean | undefined {
  if (firstOrdinal === undefined) return undefined;
  const digits = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : '';
  if (!/^(0|[1-9]\d{0,9})$/.test(digits)) return false;
  const index = Number(digits) - firstOrdinal;
  return index >= 0 && index < replicas;
}

/** A workload without a scalable owner. */
export function asOwner({ kind, namespace, name, uid, replicas, firstOrdinal }: Workload): Owner {
  return { apiVersion: 'apps/v1', kind, namespace, name, uid, replicas, firstOrdinal, source: 'watch' };
}

/** Whether owners of this kind are watched, so that they are known even without pods. */
export function isWatched(controller: Controller): boolean {
  return KINDS.some((kind) => isApps(controller, kind));
}

/** The watched resource of this kind of owner; undefined for one whose scale is read. */
export function watchedResource({ kind, source }: Pick<Owner, 'kind' | 'source'>): WatchedOwners | undefined {
  return source === 'watch' ? WATCHED[kind as WorkloadKind] : undefined;
}

const WATCHED: Readonly<Record<WorkloadKind, WatchedOwners>> = {
  StatefulSet: 'statefulsets',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
};
const KINDS = Object.keys(WATCHED) as WorkloadKind[];

const GONE = 'its remaining pods are counted until they are deleted; delete them';
const NO_SCALE = 'change the selector of the budget so that it does not select such pods';

/** Only one level up: owner references may be circular. */
function aboveReplicaSet(
  workload: Workload,
  owned: Owned & { controller: Controller },
  sources: OwnerSources,
): OwnerResult {
  const { controller, namespace } = owned;
  if (isApps(controller, 'Deployment')) return ownerOf(owned, sources);
  // A ReplicaSet whose owner cannot be scaled determines the number itself.
  if (sources.scaleOf({ ...controller, namespace })?.kind === 'no-scale') {
    return { kind: 'owner', owner: asOwner(workload) };
  }
  return ownerByScale(controller, owned, sources);
}

function ownerByScale(controller: Controller, owned: Owned, { scaleOf }: OwnerSources): OwnerResult {
  const { namespace } = owned;
  const ref = { ...controller, namespace };
  const read = scaleOf(ref);
  switch (read?.kind) {
    case undefined:
      return { kind: 'ask', ref };
    case 'replicas': {
      const { apiVersion, kind, name, uid } = controller;
      const { replicas } = read;
      const owner = {
        apiVersion,
        kind,
        namespace,
        name,
        uid,
        replicas,
        firstOrdinal: undefined,
        source: 'scale',
      } as const;
      return { kind: 'owner', owner };
    }
    case 'gone':
      return { ...problem(controller, owned, 'does not exist', GONE), goneFrom: 'the API server' };
    case 'no-scale':
      return problem(controller, owned, 'has no scale subresource', NO_SCALE);
    case 'failed':
      return problem(
        controller,
        owned,
        `has a scale that cannot be read: ${read.error}`,
        'retrying; counting requires permission to get that scale',
      );
  }
}

/** `statefulset ingester, which owns ingester-0, does not exist`. */
function problem({ kind, name }: Controller, owned: Owned, what: string, fix: string) {
  const reason = `${kind.toLowerCase()} ${name}, which owns ${owned.name}, ${what}`;
  return { kind: 'problem', reason, fix } as const;
}

function isApps({ apiVersion, kind }: Controller, wanted: WorkloadKind): boolean {
  return kind === wanted && apiVersion.startsWith('apps/');
}
