import { fieldsAt, type KubeObject, timestamp } from '../store/object.ts';
import { conflict } from './errors.ts';
import type { Objects } from './objects.ts';
import { NODES, type Resource } from './resources.ts';

const ZONE_LABELS = ['topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/**
 * Binds a pod to a node. Since 1.35 the API server also copies the node's zone and region labels to the pod (feature
 * PodTopologyLabelsAdmission), which zone-aware clients may rely on.
 *
 * @throws StatusError Conflict if it is already bound
 */
export function bindPod(
  objects: Objects,
  pods: Resource,
  namespace: string | undefined,
  name: string,
  nodeName: string,
  nowMs: number,
): KubeObject {
  const node = objects.store.get(NODES, undefined, nodeName);
  const copied = Object.entries(node?.metadata.labels ?? {}).filter(([label]) => ZONE_LABELS.includes(label));
  const scheduled = {
    type: 'PodScheduled',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: timestamp(nowMs),
  };
  return objects.update(
    pods,
    namespace,
    name,
    (pod) => {
      const spec = fieldsAt(pod, 'spec');
      if (spec.nodeName)
        throw conflict(pods, name, `pod ${name} is already assigned to node "${String(spec.nodeName)}"`);
      const labels = { ...pod.metadata.labels, ...Object.fromEntries(copied) };
      return {
        ...pod,
        metadata: { ...pod.metadata, labels },
        spec: { ...spec, nodeName },
        status: { ...fieldsAt(pod, 'status'), conditions: [scheduled] },
      };
    },
    { subresource: 'binding' },
  );
}
