import { controlPlaneSuite } from '../control-plane/control-plane.suite.ts';
import { basicsSuite } from './basics.suite.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { hostileSuite } from './hostile.suite.ts';
import { ROLLOUT_BASICS } from './rollout.suite.ts';
import { rolloutAccessSuite } from './rollout-access.suite.ts';
import { sideBySide } from './side-by-side.ts';
import { simulationSuite } from './simulation.suite.ts';

sideBySide(
  'on a control plane',
  { factory: controlPlaneCluster, atOnce: 2 },
  {
    sharing: [basicsSuite, simulationSuite, hostileSuite, ...ROLLOUT_BASICS],
    alone: [controlPlaneSuite, rolloutAccessSuite],
  },
);
