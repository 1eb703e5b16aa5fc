import { controlPlaneCluster } from './control-plane-cluster.ts';
import { ROLLOUT_SUITES } from './rollout.suite.ts';
import { sideBySide } from './side-by-side.ts';

sideBySide(
  'rollouts on a control plane',
  { factory: controlPlaneCluster, atOnce: 2 },
  { sharing: ROLLOUT_SUITES },
);
