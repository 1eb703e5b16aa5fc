import { controlPlaneCluster } from './control-plane-cluster.ts';
import { DRAIN_SUITES } from './drain.suite.ts';
import { sideBySide } from './side-by-side.ts';

const factory = () => controlPlaneCluster({ nodesPerZone: 4 });
sideBySide('drain on a control plane', { factory, atOnce: 2 }, DRAIN_SUITES);
