/** What becomes of evictions of pods that are not available; names as in PodDisruptionBudget's field. */
export const ALWAYS_ALLOW = 'AlwaysAllow';
export const IF_HEALTHY_BUDGET = 'IfHealthyBudget';
