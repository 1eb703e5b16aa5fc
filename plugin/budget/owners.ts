import type { Controller, Pod } from '../../shared/kube/objects.ts';
import { type ClusterState, isListed } from './state.ts';
import { podNames, type Workload } from './workload.ts';

/** Whoever tells how many pods there should be, with the pods it has. */
export interface Owner {
  uid: string;
  name: string;
  replicas: number;
  /** Names of its pods; undefined where names have no meaning. */
  names: readonly string[] | undefined;
  pods: Pod[];
}

/**
 * Groups pods by the root of their owners that can be scaled, as the controller of PodDisruptionBudgets does.
 *
 * @param asks whether a workload is to be in the result also when it has no pod
 * @returns a sentence's second half where an owner does not tell how many pods there should be
 */
export function groupByOwner(
  pods: readonly Pod[],
  { workloads, scales }: Pick<ClusterState, 'workloads' | 'scales'>,
  asks: (workload: Workload) => boolean,
): Owner[] | string {
  const byUid = new Map(workloads.map((workload) => [workload.metadata.uid, workload]));
  const owners = new Map<string, Owner>();
  const join = (owner: Owner) => {
    const known = owners.get(owner.uid) ?? owner;
    owners.set(owner.uid, known);
    return known;
  };
  for (const pod of pods) {
    const { controller, name } = pod.metadata;
    if (!controller) return `${name} has no owner that tells how many pods there should be`;
    const owner = rootOwner(controller, byUid, scales);
    if (typeof owner === 'string') return `${owner}, which owns ${name}`;
    join(owner).pods.push(pod);
  }
  for (const workload of workloads) {
    if (!workload.metadata.controller && asks(workload)) join(ownerFrom(workload));
  }
  return [...owners.values()];
}

function rootOwner(
  controller: Controller,
  byUid: ReadonlyMap<string, Workload>,
  scales: ClusterState['scales'],
): Owner | string {
  const { uid, name, kind } = controller;
  if (isListed(controller)) {
    const workload = byUid.get(uid);
    if (!workload) return `there is no ${kind} ${name}`;
    const above = workload.metadata.controller;
    // A ReplicaSet below something that cannot be scaled tells the number itself.
    if (!above || scales.get(above.uid)?.kind === 'no-scale') return ownerFrom(workload);
    return rootOwner(above, byUid, scales);
  }
  const scale = scales.get(uid);
  switch (scale?.kind) {
    case 'scale':
      return { uid, name, replicas: scale.replicas, names: undefined, pods: [] };
    case 'no-scale':
      return `no number of pods is told by ${kind} ${name}`;
    default:
      return `nothing can be read of ${kind} ${name}${scale ? ` (${scale.reason})` : ''}`;
  }
}

function ownerFrom(workload: Workload): Owner {
  const { metadata, replicas } = workload;
  return { uid: metadata.uid, name: metadata.name, replicas, names: podNames(workload), pods: [] };
}
