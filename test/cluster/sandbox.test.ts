import { basicsSuite } from './basics.suite.ts';
import { hostileSuite } from './hostile.suite.ts';
import { ROLLOUT_BASICS } from './rollout.suite.ts';
import { rolloutRingPagesSuite } from './rollout-ring-pages.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { sideBySide } from './side-by-side.ts';
import { simulationSuite } from './simulation.suite.ts';

sideBySide(
  'on the sandbox',
  { factory: sandboxCluster, atOnce: 4 },
  {
    sharing: [basicsSuite, simulationSuite, hostileSuite, rolloutRingPagesSuite, ...ROLLOUT_BASICS],
  },
);
