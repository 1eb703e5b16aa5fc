import type { Pod, PodDisruptionBudget } from '../../shared/kube/objects.ts';
import { readySinceMs } from '../../shared/kube/pods.ts';
import { matchesLabels } from '../../shared/kube/selectors.ts';
import { compareText } from '../../shared/kube/zones.ts';

/** The answer of a PodDisruptionBudget to an eviction. */
export interface PodBudgetAnswer {
  name: string;
  allows: boolean;
  reason: string;
}

/**
 * The answers of a pod's PodDisruptionBudgets to its eviction now, sorted by name, by the rules of the API
 * server's eviction handler (pkg/registry/core/pod/storage/eviction.go of Kubernetes). In `policy/v1` an empty selector covers all pods.
 */
export function askPodBudgets(budgets: readonly PodDisruptionBudget[], pod: Pod): PodBudgetAnswer[] {
  const covering = budgets
    .filter(({ spec }) => spec.selector && matchesLabels(spec.selector, pod.metadata.labels))
    .sort((a, b) => compareText(a.metadata.name, b.metadata.name));
  // Such a pod serves no requests, or is already terminating.
  if (['Succeeded', 'Failed', 'Pending'].includes(pod.status.phase)) return free(covering, pod.status.phase);
  if (pod.metadata.deletionTimestampMs !== undefined) return free(covering, 'terminating');
  const several = covering.length > 1;
  return covering.map((budget) => {
    const answer = ask(budget, pod);
    if (!several) return answer;
    return { ...answer, allows: false, reason: 'the pod has more than one PodDisruptionBudget' };
  });
}

function ask({ metadata, spec, status }: PodDisruptionBudget, pod: Pod): PodBudgetAnswer {
  const { name } = metadata;
  const { currentHealthy, desiredHealthy, disruptionsAllowed } = status;
  const counts = `${currentHealthy} of ${status.expectedPods} pods are healthy, ${desiredHealthy} required`;
  if (readySinceMs(pod) === undefined) {
    if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') {
      return { name, allows: true, reason: 'the pod is not ready, and the policy is AlwaysAllow' };
    }
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) {
      return { name, allows: true, reason: `the pod is not ready, ${counts}` };
    }
  }
  if (status.observedGeneration < metadata.generation) {
    return { name, allows: false, reason: 'not counted since its spec changed' };
  }
  return { name, allows: disruptionsAllowed > 0, reason: `${counts}, allows ${disruptionsAllowed}` };
}

function free(covering: readonly PodDisruptionBudget[], state: string): PodBudgetAnswer[] {
  return covering.map(({ metadata }) => ({
    name: metadata.name,
    allows: true,
    reason: `the pod is ${state.toLowerCase()}`,
  }));
}
