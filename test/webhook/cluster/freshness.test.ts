import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createFreshness } from '../../../webhook/cluster/freshness.ts';
import { silentLog } from '../../../webhook/telemetry/log.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** A cache that was listed and heard of at time 0, and says what it was asked. */
function cache(more: { list?: () => Promise<void> } = {}) {
  const lists: number[] = [];
  return {
    heardAtMs: 0 as number | undefined,
    brokenForMs: undefined as number | undefined,
    listedAtMs: 0,
    lists,
    relist() {
      lists.push(lists.length);
      return more.list?.() ?? Promise.resolve();
    },
  };
}

function start(t: TestContext, caches: Record<string, ReturnType<typeof cache>>) {
  const clock = manualClock();
  const freshness = createFreshness(new Map(Object.entries(caches)), clock, silentLog);
  t.after(() => freshness.stop());
  /** Time passes in steps, and what follows from each happens. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      clock.advance(1_000);
      await turn();
    }
  };
  return { clock, freshness, pass };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('whether the caches can be believed', () => {
  it('is doubted when a watch is broken for longer than a break lasts', (t) => {
    const [pods, nodes] = [cache(), cache()];
    const { freshness } = start(t, { pods, nodes });
    nodes.brokenForMs = 5_000;
    assert.equal(freshness.doubt(), undefined);
    nodes.brokenForMs = 5_001;
    assert.deepEqual(freshness.doubt(), { resource: 'nodes', forMs: 5_001 });
  });

  it('is doubted when nothing was heard for longer than bookmarks take, whatever the wall clock says', async (t) => {
    const pods = cache();
    const { clock, freshness, pass } = start(t, { pods });
    clock.setWall(3_600_000);
    await pass(100_000);
    assert.equal(freshness.doubt(), undefined);
    await pass(1_000);
    assert.deepEqual(freshness.doubt(), { resource: 'pods', forMs: 101_000 });
    pods.heardAtMs = clock.monotonicMs();
    assert.equal(freshness.doubt(), undefined);
  });

  it('lists before that what is silent, and not what is broken', async (t) => {
    const [pods, nodes, sets] = [cache(), cache(), cache()];
    const { clock, pass } = start(t, { pods, nodes, sets });
    nodes.brokenForMs = 1;
    await pass(75_000);
    assert.deepEqual(
      [pods, nodes, sets].map(({ lists }) => lists.length),
      [0, 0, 0],
    );
    sets.heardAtMs = clock.monotonicMs();
    await pass(5_000);
    assert.deepEqual(
      [pods, nodes, sets].map(({ lists }) => lists.length),
      [1, 0, 0],
    );
  });

  it('lists what it is asked for once for all who ask within a while', async (t) => {
    const pods = cache();
    const { freshness, pass } = start(t, { pods });
    await Promise.all([freshness.refresh(['pods']), freshness.refresh(['pods', 'unknown'])]);
    await pass(4_000);
    await freshness.refresh(['pods']);
    assert.equal(pods.lists.length, 1);
    await pass(1_000);
    await freshness.refresh(['pods']);
    assert.equal(pods.lists.length, 2);
  });

  it('does not begin again a list that takes long, which would never end', async (t) => {
    const slow = Promise.withResolvers<void>();
    const pods = cache({ list: () => slow.promise });
    const { freshness, pass } = start(t, { pods });
    const asked = [freshness.refresh(['pods'])];
    await pass(10_000);
    asked.push(freshness.refresh(['pods']));
    assert.equal(pods.lists.length, 1);
    slow.resolve();
    await Promise.all(asked);
    await freshness.refresh(['pods']);
    assert.equal(pods.lists.length, 2);
  });

  it('has patience with a list, up to a bound', async (t) => {
    const pods = cache({ list: () => new Promise(() => {}) });
    const { freshness, pass } = start(t, { pods });
    let isOver = false;
    const asked = freshness.refresh(['pods']).then(() => {
      isOver = true;
    });
    await pass(19_000);
    assert.equal(isOver, false);
    await pass(1_000);
    await asked;
    const failing = start(t, { pods: cache({ list: () => Promise.reject(new Error('403')) }) });
    await failing.freshness.refresh(['pods']);
  });
});
