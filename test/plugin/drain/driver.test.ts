import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { DrainOptions } from '../../../plugin/drain/decide/types.ts';
import type { DrainDriver } from '../../../plugin/drain/driver.ts';
import type { DrainEnd } from '../../../plugin/drain/driver-options.ts';
import type { DrainEvent } from '../../../plugin/drain/events.ts';
import type { WatchedDrain } from '../../../plugin/drain/open-drain.ts';
import type { DrainFilters } from '../../../plugin/drain/request.ts';
import { ApiError, ConnectionError } from '../../../shared/kube/kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { pass as passIn, startDrain } from './drain-process.ts';
import { type FakeCluster, fakeCluster, NAMESPACE, overBudget, settle } from './fake-cluster.ts';

describe('the driver of a drain', () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let watched: WatchedDrain;
  let driver: DrainDriver;
  let events: DrainEvent[];
  let ended: Promise<DrainEnd>;

  /** Two nodes to drain in two zones, and one in each to go to; four pods of one set. */
  beforeEach(() => {
    clock = manualClock();
    cluster = fakeCluster(clock);
    events = [];
    for (const zone of ['zone-a', 'zone-b']) {
      for (const name of ['old', 'new']) cluster.addNode(`${zone}-${name}`, zone);
    }
    cluster.addSet('ingester', 4);
    for (const [ordinal, node] of ['zone-a-old', 'zone-b-old', 'zone-a-old', 'zone-b-old'].entries()) {
      cluster.addPod(`ingester-${ordinal}`, node);
    }
  });
  afterEach(async () => {
    driver.stop('interrupted', 'the test is over');
    await watched.stop();
  });

  async function drain(filters: Partial<DrainFilters> = {}, options: Partial<DrainOptions> = {}) {
    const nodes = ['zone-a-old', 'zone-b-old'];
    ({ driver, watched, events, ended } = await startDrain(cluster, { clock, nodes, filters, options }));
  }
  const pass = (delayMs: number) => passIn(clock, delayMs);
  const moved = (name: string, node: string) => {
    cluster.removePod(name);
    cluster.addPod(name, node);
  };
  const typed = <T extends DrainEvent['type']>(type: T) =>
    events.filter((event): event is Extract<DrainEvent, { type: T }> => event.type === type);

  it('takes one zone after the other, each when everything is whole', async () => {
    await drain();
    assert.deepEqual(
      cluster.cordons,
      ['zone-a-old=true'],
      'not the other zone: its pods need somewhere to go',
    );
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0']);
    cluster.removePod('ingester-0');
    moved('ingester-2', 'zone-a-new');
    await settle();
    assert.equal(cluster.asked.length, 2);
    cluster.addPod('ingester-0', 'zone-a-new', { ready: false });
    await settle();
    assert.equal(cluster.asked.length, 2, 'one is not ready yet');
    cluster.addPod('ingester-0', 'zone-a-new');
    await settle();
    assert.deepEqual(cluster.cordons, ['zone-a-old=true', 'zone-b-old=true']);
    assert.deepEqual(cluster.asked.slice(2), ['ingester-3', 'ingester-1']);
    moved('ingester-1', 'zone-b-new');
    moved('ingester-3', 'zone-b-new');
    const { outcome, summary, unfinished } = await ended;
    assert.equal(outcome, 'done');
    assert.deepEqual(summary, {
      tookMs: 0,
      nodesDrained: 2,
      podsEvicted: 4,
      requestsRefused: 0,
      zonesDownTogether: 0,
      cordoned: ['zone-a-old', 'zone-b-old'],
    });
    assert.deepEqual(unfinished, []);
    assert.deepEqual(
      typed('zone-finished').map(({ zone, nodes, pods }) => ({ zone, nodes, pods })),
      [
        { zone: 'zone-a', nodes: 1, pods: 2 },
        { zone: 'zone-b', nodes: 1, pods: 2 },
      ],
    );
  });

  it('evicts nothing until its watch shows what the last holder of the Lease has done', async () => {
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
    const name = 'zone-rollout-statefulset-ingester';
    cluster.fake.put(leases, {
      metadata: { name, namespace: NAMESPACE },
      spec: { holderIdentity: '', leaseDurationSeconds: 15 },
    });
    cluster.onRequest = ({ method, path }) => {
      if (method !== 'PATCH' || path !== `${leases}/${name}`) return;
      cluster.onRequest = () => {};
      cluster.fake.holdWatches(true);
      cluster.deletePod('ingester-1');
    };
    await drain();
    clock.advance(2_000);
    await settle();
    assert.deepEqual(cluster.asked, []);
    assert.match(typed('waiting').at(-1)?.reason ?? '', /its pods are listed again/);
    cluster.fake.holdWatches(false);
    await settle();
    assert.deepEqual(cluster.asked, [], 'a pod of zone-b is down');
    moved('ingester-1', 'zone-b-new');
    await settle();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0']);
  });

  it('asks a refused pod again when its budget changes, and not by the clock alone', async () => {
    cluster.addPodBudget('ingester', 2);
    cluster.onEviction = () => {
      throw overBudget();
    };
    await drain();
    assert.equal(cluster.asked.length, 2);
    assert.deepEqual(
      typed('eviction-refused').map(({ reason }) => reason),
      Array(2).fill('the budget needs 3 healthy pods and has 3'),
    );
    clock.advance(5_000);
    await settle();
    assert.equal(cluster.asked.length, 2);
    cluster.addPodBudget('ingester', 3);
    await settle();
    assert.equal(cluster.asked.length, 4);
    cluster.addPodBudget('ingester', 0);
    await settle();
    assert.equal(cluster.asked.length, 4, 'such a budget is known to refuse');
  });

  it('asks a refused pod again when another pod of its workload is back', async () => {
    cluster.addPodBudget('ingester', 2);
    cluster.onEviction = (name) => {
      if (name === 'ingester-0') throw overBudget();
    };
    await drain();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0', 'ingester-0'], 'one is going now');
    cluster.onEviction = () => {};
    moved('ingester-2', 'zone-a-new');
    await settle();
    clock.advance(2_000);
    await settle();
    assert.deepEqual(cluster.asked.slice(3), ['ingester-0']);
  });

  it('asks a refused pod again after a while, though nothing changes', async () => {
    cluster.onEviction = () => {
      throw new ApiError({ code: 500, reason: 'InternalError', message: 'more than one budget' });
    };
    await drain();
    const counts: number[] = [];
    for (const waitMs of [9_999, 1, 19_999, 1, 29_999, 1, 29_999, 1]) {
      await pass(waitMs);
      counts.push(cluster.asked.length / 2);
    }
    assert.deepEqual(counts, [1, 2, 2, 3, 3, 4, 4, 5]);
    const last = typed('snapshot').at(-1)?.snapshot;
    assert.deepEqual(last?.held, [
      { reason: 'more than one budget', pods: ['cortex/ingester-2', 'cortex/ingester-0'] },
    ]);
  });

  it('removes nothing while a watch is broken', async () => {
    cluster.addPodBudget('ingester', 0);
    await drain();
    assert.deepEqual(cluster.asked, []);
    cluster.fake.before = () => {
      throw new ConnectionError('refused');
    };
    cluster.fake.endWatches(new ConnectionError('reset'));
    await settle();
    assert.equal(typed('snapshot').at(-1)?.snapshot.status.kind, 'disconnected');
    cluster.addPodBudget('ingester', 4);
    cluster.fake.before = () => {};
    await settle();
    assert.deepEqual(cluster.asked, []);
    clock.advance(10_000);
    await settle();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0']);
  });

  it('evicts what comes to a node later, under whatever name', async () => {
    await drain();
    moved('ingester-0', 'zone-a-old');
    await settle();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0', 'ingester-0']);
  });

  it('fails at the end for a pod that came and that no flag lets go', async () => {
    await drain();
    cluster.addPod('bare', 'zone-a-old');
    for (const ordinal of [0, 2]) moved(`ingester-${ordinal}`, 'zone-a-new');
    await settle();
    for (const ordinal of [1, 3]) moved(`ingester-${ordinal}`, 'zone-b-new');
    const { outcome, reason, unfinished } = await ended;
    assert.equal(outcome, 'failed');
    assert.match(reason, /except for cortex\/bare/);
    assert.deepEqual(unfinished, ['zone-a-old']);
    assert.match(typed('notice')[0]?.message ?? '', /cortex\/bare was started on zone-a-old.*--force/);
  });

  /** No node takes the pod. */
  const strand = (name: string) => {
    cluster.removePod(name);
    const lastTransitionTime = new Date(watched.kube.serverNowMs()).toISOString();
    const message = '0/4 nodes are available: volume node affinity conflict';
    cluster.addPod(name, '', {
      ready: false,
      conditions: [
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime },
      ],
    });
  };

  it('ends when a pod that left finds no node', async () => {
    await drain();
    moved('ingester-0', 'zone-a-new');
    strand('ingester-2');
    await settle();
    assert.deepEqual(typed('blocked'), []);
    await pass(60_000);
    const { outcome, reason, unfinished } = await ended;
    assert.equal(outcome, 'stopped');
    assert.match(reason, /ingester-2.*volume node affinity conflict/);
    assert.match(typed('blocked')[0]?.fix ?? '', /uncordon zone-a-old/);
    assert.deepEqual(unfinished, ['zone-a-old'], 'a pod of it is not back');
  });

  for (const byMs of [3_600_000, -3_600_000]) {
    it(`waits for it neither longer nor shorter when the clock is set by ${byMs / 1000} s`, async () => {
      await drain();
      moved('ingester-0', 'zone-a-new');
      strand('ingester-2');
      await settle();
      clock.setWall(byMs);
      await pass(55_000);
      assert.deepEqual(typed('blocked'), []);
      await pass(5_000);
      const { outcome, summary } = await ended;
      assert.equal(outcome, 'stopped');
      assert.equal(summary.tookMs, 60_000);
    });

    it(`soaks neither longer nor shorter when the clock is set by ${byMs / 1000} s`, async () => {
      await drain({}, { soakMs: 60_000 });
      moved('ingester-0', 'zone-a-new');
      moved('ingester-2', 'zone-a-new');
      await settle();
      clock.setWall(byMs);
      await pass(55_000);
      assert.equal(typed('zone-begun').length, 1);
      await pass(5_000);
      assert.equal(typed('zone-begun').length, 2);
    });
  }

  it('takes answers under way when it is stopped, and sends nothing more', async () => {
    const answer = Promise.withResolvers<void>();
    cluster.onEviction = () => answer.promise;
    await drain();
    driver.stop('interrupted', 'interrupted');
    answer.resolve();
    const { outcome, summary, unfinished } = await ended;
    assert.equal(outcome, 'interrupted');
    assert.equal(summary.podsEvicted, 2);
    assert.deepEqual(summary.cordoned, ['zone-a-old']);
    assert.deepEqual(unfinished, ['zone-a-old']);
    moved('ingester-0', 'zone-a-old');
    await settle();
    assert.equal(cluster.asked.length, 2);
    assert.deepEqual(clock.pending(), []);
  });

  it('has done with a zone whose pods are back', async () => {
    await drain();
    for (const ordinal of [0, 2]) moved(`ingester-${ordinal}`, 'zone-a-new');
    await settle();
    driver.stop('stopped', 'not in time');
    const { unfinished, summary } = await ended;
    assert.deepEqual(unfinished, ['zone-b-old']);
    assert.deepEqual(summary.cordoned, ['zone-a-old', 'zone-b-old']);
  });

  it('tries again to cordon, and evicts nothing before', async () => {
    cluster.onRequest = ({ method }) => {
      if (method === 'PATCH') throw new ApiError({ code: 500, reason: '', message: 'etcd has no leader' });
    };
    await drain();
    assert.deepEqual(cluster.asked, []);
    assert.match(typed('notice')[0]?.message ?? '', /etcd has no leader/);
    cluster.onRequest = () => {};
    clock.advance(1_000);
    await settle();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0']);
  });

  it('fails when it may not cordon', async () => {
    cluster.onRequest = ({ method }) => {
      if (method === 'PATCH') throw new ApiError({ code: 403, reason: 'Forbidden', message: 'no' });
    };
    await drain();
    assert.equal((await ended).outcome, 'failed');
  });

  it('goes on without a node that is gone', async () => {
    cluster.onRequest = ({ method, path }) => {
      if (method === 'PATCH' && path.endsWith('zone-a-old')) cluster.removeNode('zone-a-old');
    };
    await drain();
    assert.deepEqual(cluster.cordons, ['zone-a-old=true', 'zone-b-old=true']);
  });

  it('leaves a node alone that was made anew under its name', async () => {
    cluster.addPodBudget('ingester', 0);
    await drain();
    cluster.removeNode('zone-a-old');
    cluster.addNode('zone-a-old', 'zone-a');
    await settle();
    assert.equal(cluster.isCordoned('zone-a-old'), false);
    assert.equal(cluster.isCordoned('zone-b-old'), true);
  });

  it('counts the pods of a zone budget that no webhook enforces', async () => {
    cluster.addZoneBudget('ingester', 1);
    await drain();
    assert.deepEqual(cluster.asked, ['ingester-2']);
    moved('ingester-2', 'zone-a-new');
    await settle();
    assert.deepEqual(cluster.asked, ['ingester-2', 'ingester-0']);
  });
});
