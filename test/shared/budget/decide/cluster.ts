import type { ObservedCluster } from '../../../../shared/budget/decide/observe.ts';
import type { ScaleRead } from '../../../../shared/budget/decide/owners.ts';
import { createPodIndex } from '../../../../shared/budget/decide/pod-index.ts';
import type { PodRecord } from '../../../../shared/budget/decide/pod-record.ts';
import type { Workload } from '../../../../shared/budget/decide/workload.ts';
import { createWorkloadIndex } from '../../../../shared/budget/decide/workload-index.ts';

export const NAMESPACE = 'default';

/** A StatefulSet of three that makes pods of the app `db`, unless told otherwise. */
export function workload(name: string, more: Partial<Workload> = {}): Workload {
  return {
    kind: 'StatefulSet',
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    replicas: 3,
    templateLabels: { app: 'db' },
    controller: undefined,
    firstOrdinal: more.kind === undefined || more.kind === 'StatefulSet' ? 0 : undefined,
    ...more,
  };
}

export function controlledBy(kind: string, name: string, apiVersion = 'apps/v1') {
  return { apiVersion, kind, name, uid: `uid-${name}` };
}

/** An available pod of the StatefulSet `db` on a node of zone-a. */
export function pod(name: string, more: Partial<PodRecord> = {}): PodRecord {
  return {
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    resourceVersion: '5',
    labels: { app: 'db' },
    controller: controlledBy('StatefulSet', 'db'),
    node: 'node-a',
    available: true,
    terminating: false,
    terminal: false,
    ...more,
  };
}

export interface Given {
  pods?: readonly PodRecord[];
  /** Pods that were there, the one that vanished last at the end. */
  gone?: readonly PodRecord[];
  workloads?: readonly Workload[];
  scale?: ScaleRead | undefined;
}

/** What caches show. `node-b` is in `zone-b`, and `nowhere` is a node without a zone. */
export function cluster(given: Given): ObservedCluster {
  const zoneOfNode = (node: string) => (node === 'nowhere' ? undefined : node.replace('node', 'zone'));
  const pods = createPodIndex(zoneOfNode);
  for (const each of given.gone ?? []) {
    pods.apply('ADDED', each);
    pods.apply('DELETED', each);
  }
  for (const each of given.pods ?? []) pods.apply('ADDED', each);
  const workloads = createWorkloadIndex();
  for (const each of given.workloads ?? []) workloads.apply('ADDED', each);
  return {
    pods,
    workloads,
    scaleOf: () => given.scale,
    zoneOfNode,
    versions: { pods: '9', statefulsets: '8', deployments: '7', replicasets: '6' },
  };
}
