import {
  type ObservedBudget,
  type ObservedCluster,
  observeBudget,
} from '../../shared/budget/decide/observe.ts';
import type { ScaleRef } from '../../shared/budget/decide/owners.ts';
import type { MalformedBudget } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Scales } from '../../shared/budget/scales.ts';
import type { BudgetPod } from './pod.ts';

/** Budgets, and everything needed to count their pods, of one namespace or of all. */
export interface ClusterState extends ObservedCluster<BudgetPod> {
  budgets: readonly ZoneDisruptionBudget[];
  /** Those that cannot be read. */
  malformed: readonly MalformedBudget[];
}

export type Counted = Extract<ObservedBudget<BudgetPod>, { kind: 'observed' }>;

/** The budget's pods, or why they cannot be counted. */
export function countPodsOf(budget: ZoneDisruptionBudget, state: ClusterState): Counted | string {
  const observed = observeBudget(budget, state);
  switch (observed.kind) {
    case 'observed':
      return observed;
    case 'problem':
      return observed.reason;
    case 'ask':
      return `no scale was read of ${observed.refs.map(({ name }) => name).join(', ')}`;
  }
}

/** The state with the scales that its budgets need; reads those that are not known. */
export async function withScales(
  state: Omit<ClusterState, 'scaleOf'>,
  scales: Pick<Scales, 'get' | 'refresh'>,
): Promise<ClusterState> {
  const known = { ...state, scaleOf: scales.get };
  const refs = new Map<string, ScaleRef>();
  for (const budget of state.budgets) {
    const observed = observeBudget(budget, known);
    if (observed.kind === 'ask') for (const ref of observed.refs) refs.set(ref.uid, ref);
  }
  await scales.refresh([...refs.values()]);
  const read = new Map([...refs.values()].map((ref) => [ref.uid, scales.get(ref)]));
  return { ...state, scaleOf: (ref) => read.get(ref.uid) ?? scales.get(ref) };
}
