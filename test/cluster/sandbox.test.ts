import { after } from 'node:test';
import { basicsSuite } from './basics.suite.ts';
import { shareCluster } from './cluster.ts';
import { rolloutSuites } from './rollout.suite.ts';
import { rolloutRingPagesSuite } from './rollout-ring-pages.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';
import { simulationSuite } from './simulation.suite.ts';

const { factory, stop } = shareCluster(sandboxCluster);
after(stop);

basicsSuite(factory);
simulationSuite(factory);
rolloutSuites(factory);
rolloutRingPagesSuite(factory);
