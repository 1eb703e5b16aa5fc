import { DRAIN_SUITES } from './drain.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { sideBySide } from './side-by-side.ts';

const factory = () => sandboxCluster({ nodesPerZone: 4 });
sideBySide('drain on the sandbox', { factory, atOnce: 3 }, DRAIN_SUITES);
