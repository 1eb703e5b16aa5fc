import type { V1Pod, V1StatefulSet } from '@kubernetes/client-node';
import { type Pod, readPod, readStatefulSet, type StatefulSet } from '../../../../shared/kube/objects.ts';
import type { AsJson } from '../../../helpers/as-json.ts';

/** StatefulSets as the API server has them, observed by their controller, on the revision `NAME-new`. */
export function served(sets: readonly V1StatefulSet[], change: object = {}): StatefulSet[] {
  return sets.map((set) => {
    const { name } = set.metadata ?? {};
    return readStatefulSet({
      ...set,
      metadata: { ...set.metadata, uid: `uid-${name}`, generation: 1 },
      status: {
        observedGeneration: 1,
        updateRevision: `${name}-new`,
        updatedReplicas: set.spec?.replicas,
        readyReplicas: set.spec?.replicas,
        ...change,
      },
    });
  });
}

/** A Ready pod of a StatefulSet, on its old revision. */
export function podOf(
  set: StatefulSet,
  ordinal: number,
  change: { labels?: object; spec?: object; status?: object } = {},
): Pod {
  const { name, uid } = set.metadata;
  const pod: AsJson<V1Pod> = {
    metadata: {
      name: `${name}-${ordinal}`,
      namespace: set.metadata.namespace,
      uid: `uid-${name}-${ordinal}`,
      labels: { 'controller-revision-hash': `${name}-old`, ...change.labels },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid, controller: true }],
    },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'app:v1' }], ...change.spec },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
      ...change.status,
    },
  };
  return readPod(pod);
}
