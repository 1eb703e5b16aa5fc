import { ROLLOUT_SUITES } from './rollout.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { sideBySide } from './side-by-side.ts';

sideBySide('rollouts on the sandbox', { factory: sandboxCluster, atOnce: 4 }, { sharing: ROLLOUT_SUITES });
