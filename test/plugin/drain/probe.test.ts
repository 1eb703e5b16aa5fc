import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { DrainDriver } from '../../../plugin/drain/driver.ts';
import type { DrainEvent } from '../../../plugin/drain/events.ts';
import { openDrain, type WatchedDrain } from '../../../plugin/drain/open-drain.ts';
import { fetchTargets } from '../../../plugin/drain/targets.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { NO_FLAGS } from './builders.ts';
import { type FakeCluster, fakeCluster, settle } from './fake-cluster.ts';

const REASON = 'paused: the probes failed';
const OPTIONS = { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] };

describe('a drain that probes hold', () => {
  const clock = manualClock();
  const processIdentity = { host: 'laptop', user: 'anna', pid: 1 };
  const surroundings = { clock, random: () => 0.5, processIdentity };
  const removal = { disableEviction: false, gracePeriodSeconds: undefined };
  let cluster: FakeCluster;
  let watched: WatchedDrain;
  let driver: DrainDriver;
  let events: DrainEvent[];
  let why: string | undefined;

  beforeEach(async () => {
    events = [];
    why = undefined;
    cluster = fakeCluster(clock);
    for (const zone of ['zone-a', 'zone-b']) {
      for (const name of ['old', 'new']) cluster.addNode(`${zone}-${name}`, zone);
    }
    cluster.addSet('web', 2);
    cluster.addPod('web-0', 'zone-a-old');
    cluster.addPod('web-1', 'zone-b-old');
    const names = ['zone-a-old', 'zone-b-old'];
    const nodes = await fetchTargets(cluster.kube, { names, selector: undefined, zones: [] });
    watched = await openDrain(
      cluster.kube,
      { nodes, zoneBudgets: true },
      { filters: NO_FLAGS, removal, options: OPTIONS },
      surroundings,
    );
    driver = new DrainDriver({
      ...watched,
      ...surroundings,
      options: OPTIONS,
      removal,
      reporter: { report: (event) => void events.push(event), close: async () => {} },
      hold: () => why,
    });
    watched.listeners.onChange = () => driver.wake();
  });
  afterEach(async () => {
    driver.stop('interrupted', 'the test is over');
    await watched.stop();
  });

  it('does not begin the next zone, whose turn it is, and says why', async () => {
    const ended = driver.run();
    await settle();
    assert.deepEqual(cluster.asked, ['web-0']);
    why = REASON;
    cluster.removePod('web-0');
    cluster.addPod('web-0', 'zone-a-new');
    await settle();
    assert.deepEqual(cluster.cordons, ['zone-a-old=true']);
    const held = events.filter((event) => event.type === 'waiting' && event.for === 'probe');
    assert.deepEqual(
      held.map((event) => 'reason' in event && event.reason),
      [REASON],
    );
    driver.stop('interrupted', 'by the operator');
    assert.equal((await ended).outcome, 'interrupted');
  });

  it('asks for no pod that was not asked for', async () => {
    why = REASON;
    void driver.run();
    await settle();
    assert.deepEqual([cluster.asked, cluster.cordons], [[], []]);
  });
});
