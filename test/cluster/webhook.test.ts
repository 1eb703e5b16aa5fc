import { describe } from 'node:test';
import { installBasicsSuite } from './install-basics.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { webhookAnswersSuite } from './webhook-answers.suite.ts';
import { webhookBudgetSuite } from './webhook-budget.suite.ts';
import { webhookDrainSuite } from './webhook-drain.suite.ts';

// They wait most of the time, each on a sandbox of its own. The others of webhook.suite.ts would take too long here.
describe('webhook on the sandbox', { concurrency: 2 }, () => {
  webhookDrainSuite(sandboxCluster);
  webhookAnswersSuite(sandboxCluster);
  webhookBudgetSuite(sandboxCluster);
  installBasicsSuite(sandboxCluster);
});
