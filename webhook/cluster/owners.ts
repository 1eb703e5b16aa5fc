/** Who tells how many pods there should be: the root of a pod's owners that can be scaled. */
import type { Controller } from '../../shared/kube/objects.ts';
import type { PodRecord } from './pod-record.ts';
import type { Workload } from './workloads.ts';

/** An object whose `scale` subresource has to be asked. */
export interface ScaleRef {
  namespace: string;
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export type ScaleRead =
  | { kind: 'replicas'; replicas: number }
  /** There is no such object. */
  | { kind: 'gone' }
  /** Its kind has no scale subresource. */
  | { kind: 'no-scale' }
  /** It could not be asked. */
  | { kind: 'failed'; error: string };

/** What is known of workloads, by `namespace/name`. */
export interface Workloads {
  statefulSets: ReadonlyMap<string, Workload>;
  deployments: ReadonlyMap<string, Workload>;
  replicaSets: ReadonlyMap<string, Workload>;
  /** Undefined when it has not been asked yet. */
  scaleOf(ref: ScaleRef): ScaleRead | undefined;
}

export interface Owner {
  kind: 'StatefulSet' | 'Deployment' | 'ReplicaSet' | 'other';
  /** Such as `statefulset ingester`. */
  label: string;
  uid: string;
  replicas: number;
  /** For StatefulSets, whose pods have names that are known in advance. */
  workload: Workload | undefined;
}

export type OwnerResult =
  | { kind: 'owner'; owner: Owner }
  | { kind: 'ask'; ref: ScaleRef }
  | { kind: 'problem'; reason: string };

/** The owner of a pod. */
export function ownerOf(pod: PodRecord, workloads: Workloads): OwnerResult {
  const { controller, namespace } = pod;
  if (!controller) {
    return { kind: 'problem', reason: `${pod.name} has no owner that tells how many pods are expected` };
  }
  if (isApps(controller, 'StatefulSet')) {
    return known('StatefulSet', workloads.statefulSets, controller, namespace, pod.name);
  }
  if (isApps(controller, 'ReplicaSet')) return rootOfReplicaSet(controller, pod, workloads);
  return byScale(controller, namespace, pod.name, workloads);
}

/** A workload from the caches, as an owner. */
export function ownerFrom(kind: Exclude<Owner['kind'], 'other'>, workload: Workload): Owner {
  return {
    kind,
    label: `${kind.toLowerCase()} ${workload.name}`,
    uid: workload.uid,
    replicas: workload.replicas,
    workload,
  };
}

function rootOfReplicaSet(controller: Controller, pod: PodRecord, workloads: Workloads): OwnerResult {
  const own = known('ReplicaSet', workloads.replicaSets, controller, pod.namespace, pod.name);
  const above = own.kind === 'owner' ? own.owner.workload?.controller : undefined;
  if (!above) return own;
  if (isApps(above, 'Deployment')) {
    return known('Deployment', workloads.deployments, above, pod.namespace, pod.name);
  }
  // A ReplicaSet whose owner cannot be scaled tells the number itself, as for PodDisruptionBudgets.
  const root = byScale(above, pod.namespace, pod.name, workloads);
  return root.kind === 'problem' && scaleKind(above, pod.namespace, workloads) === 'no-scale' ? own : root;
}

function known(
  kind: Exclude<Owner['kind'], 'other'>,
  all: ReadonlyMap<string, Workload>,
  { name, uid }: Controller,
  namespace: string,
  pod: string,
): OwnerResult {
  const workload = all.get(`${namespace}/${name}`);
  if (workload?.uid !== uid) {
    return { kind: 'problem', reason: `${kind.toLowerCase()} ${name}, which owns ${pod}, does not exist` };
  }
  return { kind: 'owner', owner: ownerFrom(kind, workload) };
}

function byScale(controller: Controller, namespace: string, pod: string, workloads: Workloads): OwnerResult {
  const ref = scaleRef(controller, namespace);
  const read = workloads.scaleOf(ref);
  const label = `${controller.kind.toLowerCase()} ${controller.name}`;
  switch (read?.kind) {
    case undefined:
      return { kind: 'ask', ref };
    case 'replicas': {
      const { replicas } = read;
      return {
        kind: 'owner',
        owner: { kind: 'other', label, uid: controller.uid, replicas, workload: undefined },
      };
    }
    case 'gone':
      return { kind: 'problem', reason: `${label}, which owns ${pod}, does not exist` };
    case 'no-scale':
      return { kind: 'problem', reason: `${label}, which owns ${pod}, has no scale subresource` };
    case 'failed':
      return { kind: 'problem', reason: `the scale of ${label} cannot be read: ${read.error}` };
  }
}

function scaleKind(controller: Controller, namespace: string, workloads: Workloads) {
  return workloads.scaleOf(scaleRef(controller, namespace))?.kind;
}

function scaleRef({ apiVersion, kind, name, uid }: Controller, namespace: string): ScaleRef {
  return { namespace, apiVersion, kind, name, uid };
}

function isApps({ apiVersion, kind }: Controller, wanted: string): boolean {
  return kind === wanted && apiVersion.startsWith('apps/');
}
