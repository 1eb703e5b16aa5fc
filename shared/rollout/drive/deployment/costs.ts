import { delay } from '../../../clock.ts';
import { ApiError, type Kube } from '../../../kube/kube.ts';
import { listAll } from '../../../kube/list.ts';
import { type Pod, readPod } from '../../../kube/objects.ts';
import { RESOURCES, resourcePath } from '../../../kube/paths.ts';
import { isPodGone } from '../../../removals/pod-removal.ts';
import { type CostChange, costChanges, costRestored } from '../../decide/deletion-cost.ts';
import { isLost, type StepTools } from './carry-out.ts';

const MOST_REQUESTS_AT_ONCE = 16;
const RETRY_MS = 1_000;

export interface CostTools extends Pick<StepTools, 'kube' | 'clock' | 'holdsLease' | 'unanswered'> {
  /** Until it aborts, requests without a response are repeated: they could still be carried out later. */
  signal?: AbortSignal | undefined;
}

/**
 * Sets deletion costs so that these pods are removed first and in this order, before all others of their
 * ReplicaSets: `others` included, whatever their cost.
 *
 * @throws ApiError, ConnectionError; pods that are gone are skipped
 */
export function writeCosts(
  tools: CostTools,
  order: readonly Pod[],
  others: readonly Pod[] = [],
): Promise<void> {
  const changes = costChanges(order, others);
  return annotateAll(
    tools,
    order.flatMap((pod) => {
      const change = changes.get(pod.metadata.uid);
      return change ? [{ pod, change }] : [];
    }),
  );
}

/** Restores the deletion cost that each pod had before the rollout. */
export function restoreCosts(tools: CostTools, pods: Iterable<Pod>): Promise<void> {
  return annotateAll(
    tools,
    [...pods].flatMap((pod) => {
      const change = costRestored(pod);
      return change ? [{ pod, change }] : [];
    }),
  );
}

/** After a failed request no more are started, and those in progress are awaited: nothing is written afterwards. */
async function annotateAll(
  tools: CostTools,
  changes: readonly { pod: Pod; change: CostChange }[],
): Promise<void> {
  const queue = [...changes];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      try {
        await annotate(tools, next.pod, next.change);
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

/**
 * A request of a process that is dead or frozen must not put a pod first that the next holder of the Lease did not choose:
 * it is bound to a version that was read while the Lease was held, and the next holder changes it.
 */
async function annotate(
  { kube, clock, holdsLease, unanswered, signal }: CostTools,
  { metadata }: Pod,
  annotations: CostChange,
): Promise<void> {
  const { namespace, name, uid } = metadata;
  const path = resourcePath({ ...RESOURCES.pods, namespace, name });
  for (let { resourceVersion } = metadata; ; ) {
    if (!holdsLease()) {
      if (!signal) return;
      await delay(clock, RETRY_MS, signal);
      continue;
    }
    const body = { metadata: { uid, resourceVersion, annotations } };
    try {
      await kube.request({ method: 'PATCH', patch: 'merge', path, body });
      unanswered.delete(path);
      return;
    } catch (error) {
      if (isLost(error)) {
        unanswered.add(path);
        if (!signal) throw error;
        await delay(clock, RETRY_MS, signal);
        continue;
      }
      unanswered.delete(path);
      if (isPodGone(error) || !(error instanceof ApiError && error.code === 409)) throw error;
    }
    const now = await podAgain(kube, metadata);
    if (now?.metadata.uid !== uid || now.metadata.deletionTimestampMs !== undefined) return;
    ({ resourceVersion } = now.metadata);
  }
}

/** A list of one: a rollout needs no right to get pods. */
async function podAgain(kube: Kube, { namespace, name }: Pod['metadata']): Promise<Pod | undefined> {
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace }),
    query: { fieldSelector: `metadata.name=${name}` },
  });
  return items.map(readPod)[0];
}
