import { ApiError, type Kube } from '../kube/kube.ts';
import { compareText } from '../kube/zones.ts';
import { isPodGone, type PodToRemove, type RemovalWay, refusalReason, removePod } from './pod-removal.ts';

/** A pod whose removal the API server would refuse now. */
export interface RefusedRemoval {
  pod: PodToRemove;
  /** The server's message. */
  reason: string;
}

const MOST_REQUESTS_AT_ONCE = 32;

/**
 * Checks with dry runs which pods the API server would allow to be removed now, each individually. Changes nothing.
 *
 * @returns those that are refused, by namespace and name, without pods that are gone
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
        await removePod(kube, pod, way, { dryRun: true });
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
