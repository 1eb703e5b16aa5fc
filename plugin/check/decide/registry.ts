import type { Rule } from './rule.ts';
import { budgetMissing, zoneBudgetAllowsNone, zoneBudgetOverlap } from './rules/budgets.ts';
import { flushNotAwaited, minReadyMissing, severalFlushTogether, surgeWhileFlushing } from './rules/flush.ts';
import { gracePeriodNearFlush, gracePeriodTight, gracePeriodTooShort } from './rules/grace-period.ts';
import { instanceTargets } from './rules/instance-targets.ts';
import { podBudgetAllowsNone, podBudgetNarrows, podBudgetOverlap } from './rules/pod-budgets.ts';
import { preStopMissing, preStopTooShort } from './rules/pre-stop.ts';
import { preStopNeedsShell } from './rules/pre-stop-command.ts';
import {
  readinessGateLegacy,
  readinessGateMissing,
  readinessGateNotInjected,
} from './rules/readiness-gates.ts';
import { readinessProbeMissing, readinessProbeSlow } from './rules/readiness-probe.ts';
import { oneZone, singleReplica } from './rules/replicas.ts';
import { topologySpreadMissing, topologySpreadOptional } from './rules/topology-spread.ts';
import {
  maxUnavailableAcrossZones,
  maxUnavailableAll,
  onDeleteStale,
  podManagementOrdered,
  recreateStrategy,
  rollingUpdateIgnoresZones,
} from './rules/update-strategy.ts';
import { volumeZoneWithoutSpare } from './rules/volumes.ts';
import { webhookFailsOpen, webhookMissing, webhookSingle } from './rules/webhook.ts';

/** The rules by topic, in the order of the documentation. */
export const RULE_GROUPS: readonly { title: string; rules: readonly Rule[] }[] = [
  {
    title: 'Behind a load balancer',
    rules: [
      readinessGateMissing,
      readinessGateLegacy,
      readinessGateNotInjected,
      instanceTargets,
      preStopMissing,
      preStopTooShort,
      preStopNeedsShell,
      readinessProbeMissing,
      readinessProbeSlow,
    ],
  },
  {
    title: 'Pod termination',
    rules: [gracePeriodTooShort, gracePeriodTight, gracePeriodNearFlush],
  },
  {
    title: 'Pod placement',
    rules: [singleReplica, oneZone, topologySpreadMissing, topologySpreadOptional, volumeZoneWithoutSpare],
  },
  {
    title: 'Budgets',
    rules: [
      budgetMissing,
      podBudgetAllowsNone,
      podBudgetOverlap,
      podBudgetNarrows,
      zoneBudgetAllowsNone,
      zoneBudgetOverlap,
    ],
  },
  {
    title: 'Pod replacement',
    rules: [
      recreateStrategy,
      maxUnavailableAll,
      maxUnavailableAcrossZones,
      rollingUpdateIgnoresZones,
      onDeleteStale,
      podManagementOrdered,
    ],
  },
  {
    title: 'Pods that flush when they exit',
    rules: [surgeWhileFlushing, severalFlushTogether, flushNotAwaited, minReadyMissing],
  },
  {
    title: 'The webhook',
    rules: [webhookMissing, webhookFailsOpen, webhookSingle],
  },
];

export const RULES: readonly Rule[] = RULE_GROUPS.flatMap(({ rules }) => rules);
