import { after, describe } from 'node:test';
import { shareCluster } from './cluster.ts';
import { DRAIN_SUITES } from './drain.suite.ts';
import { sandboxCluster } from './sandbox-cluster.ts';

// They wait most of the time, each group on a sandbox of its own.
describe('drain on the sandbox', { concurrency: DRAIN_SUITES.length }, () => {
  for (const [index, suites] of DRAIN_SUITES.entries()) {
    describe(`group ${index + 1}`, { concurrency: 1 }, () => {
      const { factory, stop } = shareCluster(() => sandboxCluster({ nodesPerZone: 4 }));
      after(stop);
      suites(factory);
    });
  }
});
