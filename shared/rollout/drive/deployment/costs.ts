import type { Kube } from '../../../kube/kube.ts';
import type { Pod } from '../../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { isPodGone } from '../../../removals/pod-removal.ts';
import { type CostChange, costChanges, costRestored } from '../../decide/deletion-cost.ts';

const MOST_REQUESTS_AT_ONCE = 16;

/**
 * Sets deletion costs so that these pods are removed first and in this order, before all others of their
 * ReplicaSets: `others` included, whatever their cost.
 *
 * @throws ApiError, ConnectionError; pods that are gone are skipped
 */
export function writeCosts(kube: Kube, order: readonly Pod[], others: readonly Pod[] = []): Promise<void> {
  const changes = costChanges(order, others);
  return annotate(
    kube,
    order.flatMap((pod) => {
      const change = changes.get(pod.metadata.uid);
      return change ? [{ pod, change }] : [];
    }),
  );
}

/** Restores the deletion cost that each pod had before the rollout. */
export function restoreCosts(kube: Kube, pods: Iterable<Pod>): Promise<void> {
  return annotate(
    kube,
    [...pods].flatMap((pod) => {
      const change = costRestored(pod);
      return change ? [{ pod, change }] : [];
    }),
  );
}

/** After a failed request no more are started, and those in progress are awaited: nothing is written afterwards. */
async function annotate(kube: Kube, changes: readonly { pod: Pod; change: CostChange }[]): Promise<void> {
  const queue = [...changes];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { namespace, name, uid } = next.pod.metadata;
      try {
        await kube.request({
          method: 'PATCH',
          patch: 'merge',
          path: resourcePath({ ...RESOURCES.pods, namespace, name }),
          body: { metadata: { uid, annotations: next.change } },
        });
      } catch (error) {
        if (isPodGone(error)) continue;
        queue.length = 0;
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(MOST_REQUESTS_AT_ONCE, queue.length) }, worker);
  for (const ended of await Promise.allSettled(workers)) {
    if (ended.status === 'rejected') throw ended.reason;
  }
}
