import { after } from 'node:test';
import { budgetSuite } from './budget.suite.ts';
import { checkSuite } from './check.suite.ts';
import { checkAccessSuite } from './check-access.suite.ts';
import { shareCluster } from './cluster.ts';
import { completionSuite } from './completion.suite.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { manifestsSuite } from './manifests.suite.ts';

const { factory, stop } = shareCluster(controlPlaneCluster);
after(stop);

budgetSuite(factory);
checkSuite(factory);
checkAccessSuite(factory);
manifestsSuite(factory);
completionSuite(factory);
