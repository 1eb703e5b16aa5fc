import type { CachedPod, PodRead } from '../../shared/budget/types.ts';
import { type Controller, readPod } from '../../shared/kube/objects.ts';
import { readySinceMs } from '../../shared/pods.ts';
import { ZONE_LABEL } from '../../shared/zones.ts';

/** What is kept of a pod: with thousands of them in memory, nothing else may stay. */
export interface PodRecord {
  name: string;
  namespace: string;
  uid: string;
  resourceVersion: string;
  labels: Readonly<Record<string, string>>;
  controller: Controller | undefined;
  /** Undefined until the pod is scheduled. */
  node: string | undefined;
  /** Running, Ready, not terminating. */
  available: boolean;
  terminating: boolean;
  /** Succeeded or Failed. */
  terminal: boolean;
}

/** Trims a pod. Throws TypeError for a malformed one. */
export function readPodRecord(value: unknown): PodRecord {
  const pod = readPod(value);
  const { name, namespace, uid, resourceVersion, labels, controller, deletionTimestampMs } = pod.metadata;
  const terminating = deletionTimestampMs !== undefined;
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    labels,
    controller,
    node: pod.spec.nodeName,
    available: !terminating && readySinceMs(pod) !== undefined,
    terminating,
    terminal: pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed',
  };
}

/** Zone by node name. */
export type ZoneOfNode = (node: string) => string | undefined;

/**
 * The zone of the pod's node. Since Kubernetes 1.35 the pod carries a copy of the label, which serves where the node
 * is gone.
 */
export function zoneOfRecord(pod: PodRecord, zoneOfNode: ZoneOfNode): string | undefined {
  if (pod.node === undefined) return undefined;
  return zoneOfNode(pod.node) || pod.labels[ZONE_LABEL] || undefined;
}

export function cachedPod(pod: PodRecord, zoneOfNode: ZoneOfNode): CachedPod {
  const { name, uid, available, terminating } = pod;
  return { name, uid, zone: zoneOfRecord(pod, zoneOfNode), available, terminating };
}

/** @param pod as a consistent read shows it */
export function podRead(pod: PodRecord, zoneOfNode: ZoneOfNode): PodRead {
  return { ...cachedPod(pod, zoneOfNode), resourceVersion: pod.resourceVersion, terminal: pod.terminal };
}
