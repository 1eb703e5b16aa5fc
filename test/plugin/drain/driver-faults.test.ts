import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DrainDriver } from '../../../plugin/drain/driver.ts';
import { openDrain } from '../../../plugin/drain/open-drain.ts';
import { fetchTargets } from '../../../plugin/drain/targets.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { NO_FLAGS } from './builders.ts';
import { fakeCluster, settle } from './fake-cluster.ts';

const OPTIONS = { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] };
const REMOVAL = { disableEviction: false, gracePeriodSeconds: undefined };
const ROUNDS = 12;

/** Drains two nodes of two zones, with `onCall` asked before each call that the driver makes. */
async function drain(onCall: (what: string, asked: readonly string[]) => void) {
  const clock = manualClock();
  const cluster = fakeCluster(clock);
  const where = new Map<string, string>();
  for (const zone of ['zone-a', 'zone-b']) {
    for (const name of ['old', 'new']) cluster.addNode(`${zone}-${name}`, zone);
  }
  cluster.addSet('ingester', 4);
  for (const [ordinal, zone] of ['zone-a', 'zone-b', 'zone-a', 'zone-b'].entries()) {
    cluster.addPod(`ingester-${ordinal}`, `${zone}-old`);
    where.set(`ingester-${ordinal}`, zone);
  }
  const call = (what: string) => onCall(what, cluster.asked);
  const surroundings = {
    clock,
    random: () => 0.5,
    processIdentity: { host: 'laptop', user: 'anna', pid: 1 },
  };
  const names = ['zone-a-old', 'zone-b-old'];
  const nodes = await fetchTargets(cluster.kube, { names, selector: undefined, zones: [] });
  const request = { filters: NO_FLAGS, removal: REMOVAL, options: OPTIONS };
  const scene = await openDrain(cluster.kube, { nodes, zoneBudgets: true }, request, surroundings);
  const driver = new DrainDriver({
    ...scene,
    ...surroundings,
    kube: watched('kube', scene.kube, call),
    watches: watched('watches', scene.watches, call),
    observer: watched('observer', scene.observer, call),
    leases: watched('leases', scene.leases, call),
    cordons: watched('cordons', scene.cordons, call),
    options: OPTIONS,
    removal: REMOVAL,
    reporter: watched('reporter', { report: () => {}, close: async () => {} }, call),
    hold: () => {
      call('hold');
      return undefined;
    },
  });
  scene.listeners.onChange = () => driver.wake();
  scene.listeners.onConnection = () => driver.wake();
  let end: unknown;
  driver.run().then(
    (result) => {
      end = result.outcome;
    },
    (error: unknown) => {
      end = error;
    },
  );
  const moved = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    await settle();
    for (const name of new Set(cluster.asked)) {
      if (moved.has(name)) continue;
      moved.add(name);
      cluster.removePod(name);
      cluster.addPod(name, `${where.get(name)}-new`);
    }
    await settle();
    if (end !== undefined) break;
    clock.advance(1_000);
  }
  // What is still to come, such as a wake-up that was missed, comes now.
  cluster.addPod('ingester-0', 'zone-a-old');
  await settle();
  await scene.stop();
  return { end, asked: cluster.asked, pending: clock.pending() };
}

/** The same object, with each call of its methods reported first. */
function watched<T extends object>(name: string, target: T, call: (what: string) => void): T {
  return new Proxy(target, {
    get(_, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key === 'pods') return watched(`${name}.pods`, value as object, call);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        call(`${name}.${String(key)}`);
        return Reflect.apply(value, target, args);
      };
    },
  });
}

describe('the driver of a drain, when something fails that nobody expected', () => {
  it('ends with the error, evicts nothing afterwards, and leaves no Lease that is renewed', async () => {
    const calls: string[] = [];
    const whole = await drain((what) => void calls.push(what));
    assert.deepEqual([whole.end, whole.asked.length, whole.pending], ['done', 4, []]);
    const total = calls.length;
    assert.ok(total > 60, `${total} calls`);
    // The Leases are released after a last look: a fault there changes no result, and the Leases expire.
    const stops = calls.indexOf('leases.stop');
    const releases = [calls.lastIndexOf('kube.serverNowMs', stops) + 1, stops + 1] as const;
    assert.ok(releases[0] > 60, `the last look is call ${releases[0]}`);
    for (let at = 1; at <= total; at += 1) {
      let seen = 0;
      let failed: { what: string; asked: number } | undefined;
      const { end, asked, pending } = await drain((what, sent) => {
        seen += 1;
        if (seen !== at) return;
        const fault = { what, asked: sent.length };
        failed = fault;
        // Requests of one decision are sent in one go.
        if (what === 'kube.request') {
          queueMicrotask(() => {
            fault.asked = sent.length;
          });
        }
        throw new TypeError(`injected at ${what}`);
      });
      if (!failed) break;
      const where = `${failed.what}, call ${at}`;
      const isRelease = at >= releases[0] && at <= releases[1];
      if (isRelease) assert.equal(end, 'done');
      else assert.ok(end instanceof TypeError, `${where}: ended with ${String(end)}`);
      assert.equal(asked.length, failed.asked, `${where}: a pod was evicted afterwards`);
      if (!isRelease) assert.deepEqual(pending, [], `${where}: something runs on`);
    }
  });
});
