import { installBasicsSuite } from './install-basics.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { sideBySide } from './side-by-side.ts';
import { webhookAnswersSuite } from './webhook-answers.suite.ts';
import { webhookBudgetSuite } from './webhook-budget.suite.ts';
import { webhookDrainSuite } from './webhook-drain.suite.ts';

// The others of webhook.suite.ts would take too long here.
sideBySide(
  'webhook on the sandbox',
  { factory: sandboxCluster, atOnce: 4 },
  { alone: [webhookDrainSuite, webhookAnswersSuite, webhookBudgetSuite, installBasicsSuite] },
);
