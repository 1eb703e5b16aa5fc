import { deploymentRulesSuite } from './deployment-rules.suite.ts';
import { planSuite } from './plan.suite.ts';
import { rolloutBudgetsSuite } from './rollout-budgets.suite.ts';
import { rolloutCredentialsSuite } from './rollout-credentials.suite.ts';
import { rolloutDefaultsSuite } from './rollout-defaults.suite.ts';
import { rolloutDeploymentChangesSuite } from './rollout-deployment-changes.suite.ts';
import { rolloutDeploymentsSuite } from './rollout-deployments.suite.ts';
import { rolloutDispatchSuite } from './rollout-dispatch.suite.ts';
import { rolloutEndsSuite } from './rollout-ends.suite.ts';
import { rolloutFailuresSuite } from './rollout-failures.suite.ts';
import { rolloutFlushSuite } from './rollout-flush.suite.ts';
import { rolloutFrozenSuite } from './rollout-frozen.suite.ts';
import { rolloutGatesSuite } from './rollout-gates.suite.ts';
import { rolloutKeysSuite } from './rollout-keys.suite.ts';
import { rolloutKillsSuite } from './rollout-kills.suite.ts';
import { rolloutProbeSuite } from './rollout-probe.suite.ts';
import { rolloutReadinessGatesSuite } from './rollout-readiness-gates.suite.ts';
import { rolloutRefusalsSuite } from './rollout-refusals.suite.ts';
import { rolloutRestartsSuite } from './rollout-restarts.suite.ts';
import { rolloutRevisionsSuite } from './rollout-revisions.suite.ts';
import { rolloutRingSuite } from './rollout-ring.suite.ts';
import { rolloutShapesSuite } from './rollout-shapes.suite.ts';
import { rolloutSteeringSuite } from './rollout-steering.suite.ts';
import { rolloutStrategySuite } from './rollout-strategy.suite.ts';
import { rolloutStuckSuite } from './rollout-stuck.suite.ts';
import { rolloutTemplateSuite } from './rollout-template.suite.ts';
import { rolloutTroubleSuite } from './rollout-trouble.suite.ts';
import { rolloutWavesSuite } from './rollout-waves.suite.ts';
import type { Suite } from './side-by-side.ts';
import { statusSuite } from './status.suite.ts';

/** `kubectl zone rollout` where what the API server and the controllers do matters: it runs on old versions, too. */
export const ROLLOUT_BASICS: readonly Suite[] = [
  rolloutWavesSuite,
  rolloutEndsSuite,
  rolloutRevisionsSuite,
  rolloutBudgetsSuite,
  rolloutStrategySuite,
  rolloutTemplateSuite,
  rolloutDefaultsSuite,
  rolloutRingSuite,
  rolloutReadinessGatesSuite,
  rolloutShapesSuite,
  deploymentRulesSuite,
  rolloutDeploymentsSuite,
  rolloutDeploymentChangesSuite,
];

/** The rest of `kubectl zone rollout`. Each suite runs on every cluster, and none needs another one. */
export const ROLLOUT_SUITES: readonly Suite[] = [
  rolloutTroubleSuite,
  rolloutSteeringSuite,
  rolloutKeysSuite,
  rolloutGatesSuite,
  rolloutProbeSuite,
  rolloutFailuresSuite,
  rolloutCredentialsSuite,
  rolloutFlushSuite,
  rolloutRefusalsSuite,
  rolloutDispatchSuite,
  rolloutRestartsSuite,
  rolloutFrozenSuite,
  rolloutKillsSuite,
  rolloutStuckSuite,
  planSuite,
  statusSuite,
];
