import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { nodesByName } from '../../shared/kube/nodes.ts';
import { type Pod, readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import type { Observation } from '../../shared/rollout/decide/types.ts';
import { FIRST_LOOK, type Workload, type WorkloadKind } from '../../shared/rollout/decide/workload.ts';
import { fetchWorkload } from '../../shared/rollout/drive/fetch-workload.ts';
import type { Target } from '../cli/target.ts';

/** What a cluster shows of a workload whose rollout is planned. */
export interface Survey {
  workload: { kind: WorkloadKind; namespace: string; name: string };
  /** Its pods as the rollout's decision sees them. */
  observation: Observation;
  /** The same pods with all that the API tells of them. */
  pods: readonly Pod[];
  /** How long a pod must be Ready to count as available. */
  minReadyMs: number;
  /** When it was read, by the API server's clock. */
  nowMs: number;
}

/**
 * Reads a workload, its pods and their nodes once. Touches nothing.
 *
 * @throws UserError where the workload does not exist, and where it could not be rolled out
 * @throws ApiError where it or its pods may not be read; nodes may be forbidden if the pods carry their zones
 */
export async function surveyWorkload(kube: Kube, target: Target, clock: Clock): Promise<Survey> {
  const { workload } = await fetchWorkload(kube, target);
  const { kind, metadata, minReadySeconds } = workload;
  const { namespace, name } = metadata;
  const [pods, nodes] = await Promise.all([listPods(kube, workload), nodesByName(kube)]);
  const nowMs = clock.nowMs() + kube.clockSkewMs;
  const minReadyMs = minReadySeconds * 1000;
  return {
    workload: { kind, namespace, name },
    observation: workload.observe({ pods, nodes }, { ...FIRST_LOOK, minReadyMs, nowMs }),
    pods,
    minReadyMs,
    nowMs,
  };
}

async function listPods(
  kube: Kube,
  { metadata: { namespace }, selector, revisionOf }: Workload,
): Promise<Pod[]> {
  const { items } = await listAll(kube, {
    path: resourcePath({ ...RESOURCES.pods, namespace }),
    query: { labelSelector: labelSelectorText(selector) },
  });
  return items.map(readPod).filter((pod) => revisionOf(pod) !== undefined);
}
