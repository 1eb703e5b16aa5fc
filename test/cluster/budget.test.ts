import { budgetSuite } from './budget.suite.ts';
import { checkSuite } from './check.suite.ts';
import { completionSuite } from './completion.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { sideBySide } from './side-by-side.ts';

sideBySide(
  'budgets and checks on the sandbox',
  { factory: sandboxCluster, atOnce: 3 },
  { sharing: [budgetSuite, checkSuite, completionSuite] },
);
