import type { Kube } from '../../shared/kube/kube.ts';
import { listAll } from '../../shared/kube/list.ts';
import { nodesByName } from '../../shared/kube/nodes.ts';
import { type Pod, readPod } from '../../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';
import { labelSelectorText } from '../../shared/kube/selectors.ts';
import type { ZoneSource } from '../../shared/kube/zones.ts';
import type { Observation } from '../../shared/rollout/decide/types.ts';
import { FIRST_LOOK, type Workload } from '../../shared/rollout/decide/workload.ts';
import { nameOf, type WorkloadName } from '../../shared/rollout/decide/workload-id.ts';
import { fetchWorkload } from '../../shared/rollout/drive/fetch-workload.ts';
import type { Target } from '../cli/target.ts';

/** The state of a workload whose rollout is planned. */
export interface Survey {
  workload: WorkloadName;
  /** Its pods in the form of the rollout's decision. */
  observation: Observation;
  /** The same pods as API objects. */
  pods: readonly Pod[];
  /** How long a pod must be Ready to count as available. */
  minReadyMs: number;
  /** The time of reading, by the API server's clock. */
  nowMs: number;
}

/**
 * Reads a workload, its pods and their nodes once. Changes nothing.
 *
 * @throws UserError if the workload does not exist or cannot be rolled out
 * @throws ApiError if it or its pods may not be read; nodes may be forbidden if the pods have a zone label
 */
export async function surveyWorkload(kube: Kube, target: Target, zones?: ZoneSource): Promise<Survey> {
  const { workload } = await fetchWorkload(kube, target);
  const { id, minReadySeconds } = workload;
  const [pods, nodes] = await Promise.all([listPods(kube, workload), nodesByName(kube)]);
  const nowMs = kube.serverNowMs();
  const minReadyMs = minReadySeconds * 1000;
  return {
    workload: nameOf(id),
    observation: workload.observe({ pods, nodes, zones }, { ...FIRST_LOOK, minReadyMs, nowMs }),
    pods,
    minReadyMs,
    nowMs,
  };
}

async function listPods(kube: Kube, { members }: Workload): Promise<Pod[]> {
  const lists = members.map(async ({ metadata: { namespace }, selector, revisionOf }) => {
    const { items } = await listAll(kube, {
      path: resourcePath({ ...RESOURCES.pods, namespace }),
      query: { labelSelector: labelSelectorText(selector) },
    });
    return items.map(readPod).filter((pod) => revisionOf(pod) !== undefined);
  });
  return (await Promise.all(lists)).flat();
}
