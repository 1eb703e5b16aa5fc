import type { TestCluster } from './cluster.ts';
import { drainBrokenSuite } from './drain-broken.suite.ts';
import { drainBudgetsSuite } from './drain-budgets.suite.ts';
import { drainFrozenSuite } from './drain-frozen.suite.ts';
import { drainProbeSuite } from './drain-probe.suite.ts';
import { drainRefusalsSuite } from './drain-refusals.suite.ts';
import { drainRolloutsSuite } from './drain-rollouts.suite.ts';
import { drainStuckSuite } from './drain-stuck.suite.ts';
import { drainTroubleSuite } from './drain-trouble.suite.ts';
import { drainWebhookSuite } from './drain-webhook.suite.ts';
import type { Suites } from './side-by-side.ts';

/** `kubectl zone drain`, as it must be on every cluster with four nodes in each zone. */
export const DRAIN_SUITES: Suites<TestCluster> = {
  sharing: [
    drainRefusalsSuite,
    drainBrokenSuite,
    drainBudgetsSuite,
    drainStuckSuite,
    drainRolloutsSuite,
    drainFrozenSuite,
    drainTroubleSuite,
    drainProbeSuite,
  ],
  alone: [drainWebhookSuite],
};
