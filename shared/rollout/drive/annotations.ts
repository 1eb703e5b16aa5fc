/** Annotations on a rollout's Lease. The names must not change: another version may resume the rollout. */
export const ANNOTATION = {
  memory: 'kubectl-zone.dev/rollout-memory',
  revision: 'kubectl-zone.dev/update-revision',
  wave: 'kubectl-zone.dev/wave',
  state: 'kubectl-zone.dev/state',
  reason: 'kubectl-zone.dev/reason',
  /** Operator orders; see `orders.ts`. */
  paused: 'kubectl-zone.dev/paused',
  aborted: 'kubectl-zone.dev/aborted',
  maxUnavailable: 'kubectl-zone.dev/max-unavailable',
  maxUnavailableBy: 'kubectl-zone.dev/max-unavailable-by',
  undone: 'kubectl-zone.dev/undone',
  /** The holder's flags, for commands that control it from elsewhere. */
  maxUnavailableFlag: 'kubectl-zone.dev/max-unavailable-flag',
  zoneFlags: 'kubectl-zone.dev/zone-flags',
  /** The update strategy before OnDelete, as JSON. */
  strategyBefore: 'kubectl-zone.dev/strategy-before',
  /** The same for a group, by name of the StatefulSet. */
  strategiesBefore: 'kubectl-zone.dev/strategies-before',
  /** The last holder of the Lease, also after it was released. */
  run: 'kubectl-zone.dev/run',
  /** On the Lease of a group's StatefulSet: the holder, and the group as on the command line. */
  partOf: 'kubectl-zone.dev/part-of',
  /**
   * The previous holder whose requests may still be carried out; set by the process that took over a Lease
   * that was not released.
   */
  unsettled: 'kubectl-zone.dev/unsettled-requests-of',
  /** Written by a drain, for an owner whose kind tells no number of pods: how many it should have, and its uid. */
  expectedPods: 'kubectl-zone.dev/expected-pods',
} as const;
