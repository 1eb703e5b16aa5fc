import { budgetSuite } from './budget.suite.ts';
import { checkSuite } from './check.suite.ts';
import { checkAccessSuite } from './check-access.suite.ts';
import { completionSuite } from './completion.suite.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { manifestsSuite } from './manifests.suite.ts';
import { sideBySide } from './side-by-side.ts';

sideBySide(
  'budgets, checks and manifests on a control plane',
  { factory: controlPlaneCluster, atOnce: 2 },
  { sharing: [budgetSuite, checkSuite, checkAccessSuite, manifestsSuite, completionSuite] },
);
