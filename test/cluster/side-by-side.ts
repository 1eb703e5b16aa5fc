import { after, describe } from 'node:test';
import type { ClusterOptions, TestCluster } from './cluster.ts';

type Factory<Cluster> = (options?: ClusterOptions) => Promise<Cluster>;

/** Declares its tests; they start their cluster in `before` and stop it in `after`. */
export type Suite<Cluster extends TestCluster = TestCluster> = (factory: Factory<Cluster>) => void;

/** A cluster for each of the suites that run at the same time. */
export interface ClusterPool<Cluster> {
  /** Lends a cluster that nobody uses until its `stop` gives it back. Options make a separate one. */
  factory: Factory<Cluster>;
  /** Stops all clusters. */
  stop(): Promise<void>;
}

/** Clusters that suites use one after the other, none of them by two suites at the same time. */
export function clusterPool<Cluster extends TestCluster>(factory: Factory<Cluster>): ClusterPool<Cluster> {
  const started: Promise<Cluster>[] = [];
  const idle: Cluster[] = [];

  const start = () => {
    const starting = factory();
    started.push(starting);
    return starting;
  };
  return {
    async factory(options) {
      if (options) return factory(options);
      const cluster = idle.pop() ?? (await start());
      let lent = true;
      const giveBack = async () => {
        if (lent) idle.push(cluster);
        lent = false;
      };
      return { ...cluster, stop: giveBack };
    },
    async stop() {
      await Promise.allSettled(started.map(async (starting) => (await starting).stop()));
    },
  };
}

/** What runs side by side. */
export interface Suites<Cluster extends TestCluster> {
  /** They find a cluster that others may have used before, and leave it so that others can use it. */
  sharing?: readonly Suite<Cluster>[];
  /** What they change belongs to the whole cluster: each has one of its own. */
  alone?: readonly Suite<Cluster>[];
}

/**
 * Declares suites that run side by side, none of them on a cluster that another one uses at that time. Most of a suite
 * is waiting, so that more of them than there are cores keep the machine busy.
 *
 * @param atOnce how many suites run at the same time
 */
export function sideBySide<Cluster extends TestCluster>(
  title: string,
  { factory, atOnce }: { factory: Factory<Cluster>; atOnce: number },
  { sharing = [], alone = [] }: Suites<Cluster>,
): void {
  describe(title, { concurrency: atOnce }, () => {
    const pool = clusterPool(factory);
    after(pool.stop);
    const declare = (suite: Suite<Cluster>, on: Factory<Cluster>) =>
      // The tests of one suite run one after the other; they would inherit the concurrency.
      describe(suite.name, { concurrency: 1 }, () => suite(on));
    for (const suite of sharing) declare(suite, pool.factory);
    for (const suite of alone) declare(suite, factory);
  });
}
