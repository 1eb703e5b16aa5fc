import { after } from 'node:test';
import { shareCluster } from './cluster.ts';
import { controlPlaneCluster } from './control-plane-cluster.ts';
import { DRAIN_SUITES } from './drain.suite.ts';

const { factory, stop } = shareCluster(() => controlPlaneCluster({ nodesPerZone: 4 }));
after(stop);

for (const suites of DRAIN_SUITES) suites(factory);
