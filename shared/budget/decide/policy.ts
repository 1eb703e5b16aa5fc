/** How evictions of unavailable pods are decided; names as in PodDisruptionBudget's field. */
export const ALWAYS_ALLOW = 'AlwaysAllow';
export const IF_HEALTHY_BUDGET = 'IfHealthyBudget';
