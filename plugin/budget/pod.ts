import { type PodRecord, podRecord } from '../../shared/budget/decide/pod-record.ts';
import { type Pod, readPod } from '../../shared/kube/objects.ts';
import { podProblem } from '../../shared/kube/pods.ts';

/** A pod as shown with budgets. */
export interface BudgetPod extends PodRecord {
  /** A short reason why it is unavailable; undefined for an available pod. */
  problem: string | undefined;
}

/** Keeps the fields of a pod that are needed. */
export function budgetPod(pod: Pod): BudgetPod {
  const record = podRecord(pod);
  return { ...record, problem: record.terminating ? 'terminating' : podProblem(pod) };
}

/** Parses a pod and keeps the fields that are needed. Throws TypeError if it is malformed. */
export function readBudgetPod(object: unknown): BudgetPod {
  return budgetPod(readPod(object));
}
