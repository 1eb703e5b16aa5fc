import type { Suite } from './side-by-side.ts';
import { webhookAnswersSuite } from './webhook-answers.suite.ts';
import { webhookBudgetSuite } from './webhook-budget.suite.ts';
import { webhookCertificatesSuite } from './webhook-certificates.suite.ts';
import { webhookDrainSuite } from './webhook-drain.suite.ts';
import { webhookLifeSuite } from './webhook-life.suite.ts';
import { webhookOwnersSuite } from './webhook-owners.suite.ts';
import { webhookRestartSuite } from './webhook-restart.suite.ts';

/** The webhook, as it must be on every cluster. None needs another one. */
export const WEBHOOK_SUITES: readonly Suite[] = [
  webhookAnswersSuite,
  webhookOwnersSuite,
  webhookDrainSuite,
  webhookBudgetSuite,
  webhookLifeSuite,
  webhookRestartSuite,
  webhookCertificatesSuite,
];
