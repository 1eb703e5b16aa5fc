import type { ClusterFactory } from './cluster.ts';
import { webhookAnswersSuite } from './webhook-answers.suite.ts';
import { webhookDrainSuite } from './webhook-drain.suite.ts';
import { webhookLifeSuite } from './webhook-life.suite.ts';
import { webhookOwnersSuite } from './webhook-owners.suite.ts';

/** The webhook, as it must be on every cluster. */
export function webhookSuites(factory: ClusterFactory): void {
  webhookAnswersSuite(factory);
  webhookOwnersSuite(factory);
  webhookDrainSuite(factory);
  webhookLifeSuite(factory);
}
