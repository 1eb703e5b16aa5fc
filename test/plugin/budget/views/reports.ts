import type { BudgetReport } from '../../../../plugin/budget/report.ts';

/** One disrupted zone, with a pod about to be evicted and an unavailable one. */
export function reportOf(change: Partial<BudgetReport> = {}): BudgetReport {
  return {
    namespace: 'cortex',
    name: 'ingester',
    maxUnavailable: '33%',
    maxUnavailablePods: 4,
    expectedReplicas: 12,
    dryRun: false,
    zones: [
      { zone: 'zone-a', expected: 4, healthy: 4, unavailable: [], reserved: [], allowed: 0 },
      {
        zone: 'zone-b',
        expected: 4,
        healthy: 3,
        unavailable: [{ pod: 'ingester-4', why: 'ImagePullBackOff' }],
        reserved: ['ingester-1'],
        allowed: 2,
      },
      { zone: 'zone-c', expected: 4, healthy: 4, unavailable: [], reserved: [], allowed: 0 },
    ],
    malformed: false,
    problem: undefined,
    stale: [],
    ...change,
  };
}
