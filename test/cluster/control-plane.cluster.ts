import { after } from 'node:test';
import { controlPlaneSuite } from '../control-plane/control-plane.suite.ts';
import { basicsSuite } from './basics.suite.ts';
import { shareCluster } from './cluster.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { rolloutSuites } from './rollout.suite.ts';
import { rolloutAccessSuite } from './rollout-access.suite.ts';
import { simulationSuite } from './simulation.suite.ts';

const { factory, stop } = shareCluster(controlPlaneCluster);
after(stop);

basicsSuite(factory);
simulationSuite(factory);
controlPlaneSuite();
rolloutSuites(factory);
rolloutAccessSuite(controlPlaneCluster);
