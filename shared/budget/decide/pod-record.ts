import type { Controller, Pod } from '../../kube/objects.ts';
import { readySinceMs } from '../../kube/pods.ts';
import { type ZoneOfNode, zoneOfPod } from '../../kube/zones.ts';
import type { CachedPod, PodRead } from './types.ts';

/** The fields of a pod that budgets need: with thousands of pods in memory, nothing else may be kept. */
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
  /** Succeeded or Failed: it will never run again. */
  terminal: boolean;
}

/** Reduces a pod to its record. */
export function podRecord({ metadata, spec, status }: Pod): PodRecord {
  const { name, namespace, uid, resourceVersion, labels, controller, deletionTimestampMs } = metadata;
  const terminating = deletionTimestampMs !== undefined;
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    labels,
    controller,
    node: spec.nodeName,
    available: !terminating && readySinceMs({ metadata, spec, status }) !== undefined,
    terminating,
    terminal: status.phase === 'Succeeded' || status.phase === 'Failed',
  };
}

/** The pod as input to the counts. */
export function cachedPod(pod: PodRecord, zoneOfNode: ZoneOfNode): CachedPod {
  const { name, uid, available, terminating } = pod;
  return { name, uid, zone: zoneOfPod(pod, zoneOfNode), available, terminating };
}

/** @param pod from a consistent read */
export function podRead(pod: PodRecord, zoneOfNode: ZoneOfNode): PodRead {
  return { ...cachedPod(pod, zoneOfNode), resourceVersion: pod.resourceVersion, terminal: pod.terminal };
}
