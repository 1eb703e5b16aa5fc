import type { KubeObject } from '../store/object.ts';
import { type Revision, templateOf } from './revisions.ts';
import { controlledBy, type Pod, type WorkloadSpec } from './types.ts';

export interface StatefulSet extends KubeObject {
  spec: WorkloadSpec & {
    serviceName?: string;
    podManagementPolicy?: string;
    ordinals?: { start?: number };
    updateStrategy: { type: string; rollingUpdate?: { partition?: number } };
  };
  status?: { observedGeneration?: number; currentRevision?: string; collisionCount?: number };
}

/** The pod of an ordinal at a revision. */
export function newReplica(set: StatefulSet, revision: Revision, ordinal: number): Pod {
  const template = templateOf(revision);
  const name = `${set.metadata.name}-${ordinal}`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace ? { namespace: set.metadata.namespace } : {}),
      labels: {
        ...template.metadata?.labels,
        'controller-revision-hash': revision.metadata.name,
        'statefulset.kubernetes.io/pod-name': name,
        'apps.kubernetes.io/pod-index': String(ordinal),
      },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [controlledBy(set)],
    },
    spec: {
      ...template.spec,
      hostname: name,
      ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

/** The ordinal in a pod's name, -1 if it is not named after the set. */
export function ordinalOf(set: KubeObject, pod: KubeObject): number {
  const prefix = `${set.metadata.name}-`;
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}
