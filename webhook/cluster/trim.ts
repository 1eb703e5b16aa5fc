import type { Kube } from '../../shared/kube/kube.ts';
import { fields, list } from '../../shared/kube/objects/fields.ts';

/**
 * A Kube whose lists of pods contain only the fields that `readPodRecord` reads. Trimming happens before a list is
 * assembled from its pages and parsed: thousands of complete pods would take several times the memory that they need
 * later.
 */
export function trimmingPods(kube: Kube): Kube {
  return {
    server: kube.server,
    namespace: kube.namespace,
    user: kube.user,
    serverNowMs: () => kube.serverNowMs(),
    watch: (request) => kube.watch(request),
    close: () => kube.close(),
    async request(request) {
      const answer = fields(await kube.request(request), 'list');
      return { ...answer, items: list(answer.items, 'items').map(trimPod) };
    },
  };
}

function trimPod(value: unknown): object {
  const pod = fields(value, 'pod');
  const { managedFields: _, annotations: __, ...metadata } = fields(pod.metadata, 'metadata');
  const { nodeName } = fields(pod.spec, 'spec');
  const { phase, conditions } = fields(pod.status, 'status');
  const ready = list(conditions, 'status.conditions').filter(
    (each) => fields(each, 'status.conditions[]').type === 'Ready',
  );
  return { metadata, spec: { nodeName }, status: { phase, conditions: ready } };
}
