/** What the Lease of a rollout says. Names are kept: another version may go on with the rollout. */
export const ANNOTATION = {
  memory: 'kubectl-zone.dev/rollout-memory',
  revision: 'kubectl-zone.dev/update-revision',
  wave: 'kubectl-zone.dev/wave',
  state: 'kubectl-zone.dev/state',
  reason: 'kubectl-zone.dev/reason',
  /** Orders of operators; see `orders.ts`. */
  paused: 'kubectl-zone.dev/paused',
  aborted: 'kubectl-zone.dev/aborted',
  maxUnavailable: 'kubectl-zone.dev/max-unavailable',
  maxUnavailableBy: 'kubectl-zone.dev/max-unavailable-by',
  undone: 'kubectl-zone.dev/undone',
  /** What the holder was started with, for those who steer it from elsewhere. */
  maxUnavailableFlag: 'kubectl-zone.dev/max-unavailable-flag',
  /** The strategy that was there before OnDelete, as JSON. */
  strategyBefore: 'kubectl-zone.dev/strategy-before',
  /** Whose requests may still be carried out: by whoever took the Lease after a holder that ended without releasing it. */
  unsettled: 'kubectl-zone.dev/unsettled-requests-of',
} as const;
