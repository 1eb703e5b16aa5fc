import type { ClusterFactory } from './cluster.ts';
import { drainBudgetsSuite } from './drain-budgets.suite.ts';
import { drainProbeSuite } from './drain-probe.suite.ts';
import { drainRefusalsSuite } from './drain-refusals.suite.ts';
import { drainRolloutsSuite } from './drain-rollouts.suite.ts';
import { drainStuckSuite } from './drain-stuck.suite.ts';
import { drainTroubleSuite } from './drain-trouble.suite.ts';
import { drainWebhookSuite } from './drain-webhook.suite.ts';

/** `kubectl zone drain`, as it must be on every cluster with four nodes in each zone; in groups that need no other. */
export const DRAIN_SUITES: readonly ((factory: ClusterFactory) => void)[] = [
  (factory) => {
    drainRefusalsSuite(factory);
    drainBudgetsSuite(factory);
    drainStuckSuite(factory);
  },
  (factory) => {
    drainRolloutsSuite(factory);
    drainTroubleSuite(factory);
    drainProbeSuite(factory);
  },
  // Last where they share a cluster: the others want no webhook.
  drainWebhookSuite,
];
