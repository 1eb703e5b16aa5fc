import { after } from 'node:test';
import { budgetSuite } from './budget.suite.ts';
import { checkSuite } from './check.suite.ts';
import { shareCluster } from './cluster.ts';
import { completionSuite } from './completion.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';

const { factory, stop } = shareCluster(sandboxCluster);
after(stop);

budgetSuite(factory);
checkSuite(factory);
completionSuite(factory);
