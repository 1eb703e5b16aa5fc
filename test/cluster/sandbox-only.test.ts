import { rolloutFaultsSuite } from './rollout-faults.suite.ts';
import { rolloutTerminalSuite } from './rollout-terminal.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';

// A file of its own, so that it runs beside the suites that every cluster has to pass.
rolloutTerminalSuite(sandboxCluster);
rolloutFaultsSuite(sandboxCluster);
