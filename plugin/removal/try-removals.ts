import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { compareText } from '../../shared/zones.ts';
import { evictionBody, isPodGone, type PodToRemove, type RemovalWay, refusalReason } from './pod-removal.ts';

/** A pod that the API server would not let go now. */
export interface RefusedRemoval {
  pod: PodToRemove;
  /** In the server's own words. */
  reason: string;
}

const MOST_REQUESTS_AT_ONCE = 32;

/**
 * Asks the API server, with dry runs, which pods it would let go now, each as if it were the only one. Changes nothing.
 *
 * @returns those that are refused, by namespace and name; a pod that is gone meanwhile is none of them
 * @throws ConnectionError
 */
export async function tryRemovals(
  kube: Kube,
  pods: readonly PodToRemove[],
  way: RemovalWay,
): Promise<RefusedRemoval[]> {
  const refused: RefusedRemoval[] = [];
  const queue = [...pods];
  const worker = async () => {
    for (let pod = queue.shift(); pod; pod = queue.shift()) {
      try {
        await tryRemoval(kube, pod, way);
      } catch (error) {
        if (isPodGone(error)) continue;
        if (!(error instanceof ApiError)) throw error;
        refused.push({ pod, reason: refusalReason(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MOST_REQUESTS_AT_ONCE, pods.length) }, worker));
  return refused.sort(
    ({ pod: a }, { pod: b }) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name),
  );
}

/** The dry run stands in the query and in the body: admission webhooks see the one, and some servers read the other. */
async function tryRemoval(
  kube: Kube,
  pod: PodToRemove,
  { disableEviction, gracePeriodSeconds }: RemovalWay,
): Promise<void> {
  const { namespace, name } = pod;
  const address = { ...RESOURCES.pods, namespace, name };
  const eviction = evictionBody(pod, { dryRun: true, gracePeriodSeconds });
  const query = { dryRun: 'All' };
  await kube.request(
    disableEviction
      ? {
          method: 'DELETE',
          path: resourcePath(address),
          query,
          body: {
            apiVersion: 'v1',
            kind: 'DeleteOptions',
            preconditions: { uid: pod.uid },
            dryRun: ['All'],
            ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
          },
          retry: 'never',
        }
      : {
          method: 'POST',
          path: resourcePath({ ...address, subresource: 'eviction' }),
          query,
          body: eviction,
          retry: 'never',
        },
  );
}
