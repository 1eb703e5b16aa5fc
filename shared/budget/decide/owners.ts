/** Who tells how many pods there should be: the root of a pod's owners that can be scaled. */
import type { Controller } from '../../kube/objects.ts';
import type { Workload, WorkloadKind } from './workload.ts';
import type { Workloads } from './workload-index.ts';

/** Whoever tells how many pods there should be. */
export interface Owner {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid: string;
  replicas: number;
  /** Ordinal of the first pod, where pods are called NAME-ORDINAL; undefined where names are random. */
  firstOrdinal: number | undefined;
  /** Whether a watch tells the replicas, or only its scale subresource, which has to be asked again and again. */
  source: 'watch' | 'scale';
}

/** An object whose scale subresource has to be asked. */
export interface ScaleRef extends Controller {
  namespace: string;
}

export type ScaleRead =
  | { kind: 'replicas'; replicas: number }
  /** There is no such object. */
  | { kind: 'gone' }
  /** Its kind has no scale subresource. */
  | { kind: 'no-scale' }
  /** It could not be asked. */
  | { kind: 'failed'; error: string };

/** Where owners are looked up. */
export interface OwnerSources {
  workloads: Workloads;
  /** What its scale said when it was asked last; undefined when it has not been asked yet. */
  scaleOf(ref: ScaleRef): ScaleRead | undefined;
}

export type OwnerResult =
  | { kind: 'owner'; owner: Owner }
  /** This has to be asked first. */
  | { kind: 'ask'; ref: ScaleRef }
  /** The second half of a sentence that says why there is none, and what would change that. */
  | {
      kind: 'problem';
      reason: string;
      fix: string;
      /** The owner is not there: what has been looked at, a resource whose cache may lag, or the object itself. */
      goneFrom?: WatchedOwners | 'the API server';
    };

/** Resources of owners that are watched. */
export type WatchedOwners = 'statefulsets' | 'deployments' | 'replicasets';

/** What has an owner: a pod, or a workload below another one. */
export interface Owned {
  namespace: string;
  name: string;
  controller: Controller | undefined;
}

/**
 * The owner that tells how many pods there should be. As the controller of PodDisruptionBudgets finds it
 * (pkg/controller/disruption of Kubernetes), but what is above a ReplicaSet and can be scaled counts, whatever it is.
 */
export function ownerOf(owned: Owned, sources: OwnerSources): OwnerResult {
  const { controller, name } = owned;
  if (!controller) {
    return {
      kind: 'problem',
      reason: `${name} has no owner that tells how many pods are expected`,
      fix: 'change the selector of the budget so that it does not cover that pod',
    };
  }
  const kind = KINDS.find((each) => isApps(controller, each));
  if (!kind) return ownerByScale(controller, owned, sources);
  const workload = sources.workloads.byUid(controller.uid);
  // An owner reference without effect, such as one to another namespace, names nobody.
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
 * The owner of the pods to come of a workload: itself, or what is above a ReplicaSet.
 *
 * @returns undefined for the ReplicaSets of a Deployment, which is found by its own template
 */
export function ownerOfTemplate(workload: Workload, sources: OwnerSources): OwnerResult | undefined {
  const { kind, controller } = workload;
  if (kind !== 'ReplicaSet' || !controller) return { kind: 'owner', owner: asOwner(workload) };
  if (isApps(controller, 'Deployment')) return undefined;
  return aboveReplicaSet(workload, { ...workload, controller }, sources);
}

/** Uids that pods of this owner name as their controller: its own, and those of its ReplicaSets. */
export function controllersOf(
  { uid }: Owner,
  { workloads }: Pick<OwnerSources, 'workloads'>,
): ReadonlySet<string> {
  const uids = new Set([uid]);
  for (const below of workloads.controlledBy(uid)) uids.add(below.uid);
  return uids;
}

/**
 * Whether an owner whose pods are called NAME-ORDINAL asks for the pod of this name.
 *
 * @returns undefined where names are random
 */
export function expects({ name, firstOrdinal, replicas }: Owner, pod: string): boolean | undefined {
  if (firstOrdinal === undefined) return undefined;
  const digits = pod.startsWith(`${name}-`) ? pod.slice(name.length + 1) : '';
  if (!/^(0|[1-9]\d{0,9})$/.test(digits)) return false;
  const index = Number(digits) - firstOrdinal;
  return index >= 0 && index < replicas;
}

/** A workload that nothing above it scales. */
export function asOwner({ kind, namespace, name, uid, replicas, firstOrdinal }: Workload): Owner {
  return { apiVersion: 'apps/v1', kind, namespace, name, uid, replicas, firstOrdinal, source: 'watch' };
}

/** Whether owners of this kind are watched, so that they are known also while they have no pods. */
export function isWatched(controller: Controller): boolean {
  return KINDS.some((kind) => isApps(controller, kind));
}

/** The resource by whose watch an owner of this kind is known; undefined for one whose scale is asked. */
export function watchedResource({ kind, source }: Pick<Owner, 'kind' | 'source'>): WatchedOwners | undefined {
  return source === 'watch' ? WATCHED[kind as WorkloadKind] : undefined;
}

const WATCHED: Readonly<Record<WorkloadKind, WatchedOwners>> = {
  StatefulSet: 'statefulsets',
  Deployment: 'deployments',
  ReplicaSet: 'replicasets',
};
const KINDS = Object.keys(WATCHED) as WorkloadKind[];

const GONE = 'its pods are counted no more once they are gone; delete those that stay';
const NO_SCALE = 'change the selector of the budget so that it does not cover such pods';

/** One step up and no more: owner references may go in circles. */
function aboveReplicaSet(
  workload: Workload,
  owned: Owned & { controller: Controller },
  sources: OwnerSources,
): OwnerResult {
  const { controller, namespace } = owned;
  if (isApps(controller, 'Deployment')) return ownerOf(owned, sources);
  // Below something that cannot be scaled it tells the number itself.
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
        'it is tried again; whoever counts needs the right to get that scale',
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
