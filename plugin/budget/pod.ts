import { type PodRecord, podRecord } from '../../shared/budget/decide/pod-record.ts';
import { type Pod, readPod } from '../../shared/kube/objects.ts';
import { podProblem } from '../../shared/kube/pods.ts';

/** A pod as budgets are shown with. */
export interface BudgetPod extends PodRecord {
  /** In a few words, why it does not serve; undefined for one that does. */
  problem: string | undefined;
}

/** Trims a pod. */
export function budgetPod(pod: Pod): BudgetPod {
  const record = podRecord(pod);
  return { ...record, problem: record.terminating ? 'terminating' : podProblem(pod) };
}

/** Reads a pod and keeps what counts. Throws TypeError for a malformed one. */
export function readBudgetPod(object: unknown): BudgetPod {
  return budgetPod(readPod(object));
}
