import type { Kube } from '../../shared/kube/kube.ts';
import { SeveralGroupsError } from '../../shared/rollout/drive/fetch-sets.ts';
import { fetchWorkload } from '../../shared/rollout/drive/fetch-workload.ts';
import type { FetchedWorkload } from '../../shared/rollout/drive/workload-port.ts';
import type { Context } from '../cli/context.ts';
import { chooseOne } from '../cli/questions.ts';
import type { Target } from '../cli/target.ts';

/**
 * Gets the workload of a command line. If several groups have its name, asks which one.
 *
 * @throws what `fetchWorkload` throws; without a terminal to ask on also SeveralGroupsError
 */
export async function fetchTarget(kube: Kube, target: Target, context: Context): Promise<FetchedWorkload> {
  try {
    return await fetchWorkload(kube, target);
  } catch (error) {
    const isAsked = context.stdin.isTTY && context.stderr.isTTY;
    if (!(error instanceof SeveralGroupsError) || target.kind !== 'group' || !isAsked) throw error;
    const question = `${error.selectors.length} groups are called ${target.name}; which one?`;
    const selector = await chooseOne(question, error.selectors, context);
    if (selector === undefined) throw error;
    return fetchWorkload(kube, { ...target, selector });
  }
}
