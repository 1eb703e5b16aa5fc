import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import { type ConnectionState, type WatchCache, watchCache } from '../../../shared/kube/watch-cache.ts';
import { WireError } from '../../../shared/kube/wire.ts';
import { apiError, type FakeKube, type FakeObject, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';

const PODS = '/api/v1/namespaces/default/pods';

interface Item {
  name: string;
  size: number;
}

function readItem(object: unknown): Item {
  const { metadata, size } = object as FakeObject & { size: unknown };
  if (typeof size !== 'number') throw new TypeError('size should be a number');
  return { name: metadata.name, size };
}

const pod = (name: string, size: number): FakeObject => ({ metadata: { name, namespace: 'default' }, size });

interface Harness {
  kube: FakeKube;
  clock: ManualClock;
  cache: WatchCache<Item>;
  events: string[];
  states: ConnectionState[];
  problems: Error[];
}

describe('watchCache', () => {
  const caches: WatchCache<unknown>[] = [];
  afterEach(async () => {
    for (const cache of caches.splice(0)) await cache.stop();
  });

  function start(prepare: (kube: FakeKube) => void = () => {}, pageSize?: number): Harness {
    const kube = fakeKube();
    prepare(kube);
    const clock = manualClock();
    const events: string[] = [];
    const states: ConnectionState[] = [];
    const problems: Error[] = [];
    const cache = watchCache({
      kube,
      path: PODS,
      labelSelector: 'app=x',
      parse: readItem,
      clock,
      random: () => 0,
      pageSize,
      onEvent: (type, item, previous) =>
        events.push(`${type} ${item.name} ${previous?.size ?? '-'}>${item.size}`),
      onConnection: (state) => states.push(state),
      onProblem: (error) => problems.push(error),
    });
    caches.push(cache);
    return { kube, clock, cache, events, states, problems };
  }

  /** Until the cache has seen all there is to see, or `until` holds. */
  async function settle({ kube, cache }: Harness, until = () => cache.staleSinceMs === undefined) {
    for (let turns = 0; turns < 50 || !until() || kube.openWatches() === 0; turns += 1) {
      if (turns > 5000) throw new Error('the cache does not settle');
      await turn();
    }
  }

  it('lists in pages and then follows the watch', async () => {
    const harness = start((kube) => {
      for (let i = 0; i < 5; i += 1) kube.put(PODS, pod(`a-${i}`, i));
    }, 2);
    const { kube, cache, events } = harness;
    await cache.synced;
    assert.deepEqual(
      [...cache.items.keys()],
      [0, 1, 2, 3, 4].map((i) => `default/a-${i}`),
    );
    assert.equal(kube.requests.length, 3);
    assert.equal(kube.requests[0]?.query?.labelSelector, 'app=x');
    assert.equal(kube.requests[0]?.query?.resourceVersion, undefined);
    events.length = 0;
    kube.put(PODS, pod('a-1', 10));
    kube.put(PODS, pod('a-9', 9));
    kube.remove(PODS, 'a-0');
    await settle(harness);
    assert.deepEqual(events, ['MODIFIED a-1 1>10', 'ADDED a-9 ->9', 'DELETED a-0 0>0']);
    assert.equal(cache.items.get('default/a-1')?.size, 10);
    assert.equal(cache.items.has('default/a-0'), false);
    assert.equal(cache.staleSinceMs, undefined);
  });

  it('calls listeners once for a burst', async () => {
    const harness = start();
    await harness.cache.synced;
    await settle(harness);
    let calls = 0;
    const remove = harness.cache.onChange(() => {
      calls += 1;
    });
    for (let i = 0; i < 100; i += 1) harness.kube.put(PODS, pod(`b-${i}`, i));
    await settle(harness);
    assert.equal(calls, 1);
    remove();
    harness.kube.put(PODS, pod('b-100', 0));
    await settle(harness);
    assert.equal(calls, 1);
  });

  it('resumes after a close from where it was, bookmarks included', async () => {
    const harness = start();
    const { kube, cache, clock } = harness;
    await cache.synced;
    await settle(harness);
    kube.put('/other', pod('x-1', 1));
    kube.bookmark();
    await settle(harness);
    assert.equal(cache.resourceVersion, '101');
    clock.advance(300_000);
    kube.endWatches();
    await settle(harness);
    assert.deepEqual(kube.watchedFrom, ['100', '101']);
    assert.equal(kube.requests.length, 1);
    assert.equal(cache.staleSinceMs, undefined);
  });

  it('says since when it is stale, waits longer each time, and says when it is mended', async () => {
    const harness = start();
    const { kube, cache, clock, states } = harness;
    await cache.synced;
    await settle(harness);
    const brokenMs = clock.monotonicMs();
    kube.before = () => {
      throw new WireError('refused', { sent: false });
    };
    kube.endWatches(new ConnectionError('reset'));
    for (const waitMs of [250, 500, 1000, 2000, 4000, 5000, 5000]) {
      assert.equal(await clock.scheduled(() => true), waitMs);
      assert.equal(cache.staleSinceMs, brokenMs);
      clock.advance(waitMs);
    }
    await clock.scheduled(() => true);
    kube.before = () => {};
    kube.put(PODS, pod('c-1', 1));
    clock.advance(5000);
    await settle(harness);
    assert.equal(cache.items.size, 1);
    assert.deepEqual(states.at(-1), { kind: 'restored', path: PODS, afterMs: 22_750 });
    assert.equal(kube.requests.length, 1);
  });

  it('lists again after 410 and sees what was deleted, changed or made anew in the gap', async () => {
    const harness = start((kube) => {
      for (const name of ['same-1', 'gone-1', 'changed-1', 'anew-1']) kube.put(PODS, pod(name, 1));
    });
    const { kube, cache, clock, events } = harness;
    await cache.synced;
    await settle(harness);
    const same = cache.items.get('default/same-1');
    events.length = 0;
    kube.before = (request) => {
      if ('resourceVersion' in request) throw new ConnectionError('refused');
    };
    kube.endWatches(new ConnectionError('reset'));
    await clock.scheduled(() => true);
    kube.remove(PODS, 'gone-1');
    kube.put(PODS, pod('changed-1', 2));
    kube.remove(PODS, 'anew-1');
    kube.put(PODS, pod('anew-1', 3));
    kube.compact();
    kube.before = () => {};
    clock.advance(10_000);
    await clock.scheduled(() => true);
    clock.advance(0);
    kube.put('/other', pod('x-1', 1));
    for (let i = 0; i < 20; i += 1) {
      clock.advance(10_000);
      await turn();
    }
    await settle(harness);
    assert.deepEqual(events.sort(), [
      'ADDED anew-1 ->3',
      'DELETED anew-1 1>1',
      'DELETED gone-1 1>1',
      'MODIFIED changed-1 1>2',
    ]);
    assert.equal(cache.items.get('default/same-1'), same);
    assert.equal(cache.staleSinceMs, undefined);
  });

  for (const code of [401, 403, 404]) {
    it(`fails at the first list for good when that is answered with ${code}`, async () => {
      const { cache } = start((kube) => {
        kube.before = () => {
          throw apiError(code, 'No');
        };
      });
      await assert.rejects(cache.synced, { code });
    });
  }

  it('keeps asking for the first list when the server does not answer', async () => {
    const { cache, clock, kube } = start((kube) => {
      kube.before = () => {
        throw new ConnectionError('refused');
      };
    });
    await clock.scheduled(() => true);
    kube.before = () => {};
    clock.advance(1000);
    await cache.synced;
  });

  it('keeps trying slowly when access is taken away later', async () => {
    const harness = start();
    const { kube, cache, clock, states } = harness;
    await cache.synced;
    await settle(harness);
    kube.before = () => {
      throw apiError(403, 'Forbidden');
    };
    kube.endWatches(apiError(403, 'Forbidden'));
    for (let i = 0; i < 12; i += 1) {
      await clock.scheduled(() => true);
      clock.advance(60_000);
      await turn();
    }
    assert.equal(await clock.scheduled(() => true), 30_000);
    assert.ok(states.every(({ kind }) => kind === 'lost'));
    assert.notEqual(cache.staleSinceMs, undefined);
  });

  it('obeys Retry-After', async () => {
    const harness = start();
    await harness.cache.synced;
    await settle(harness);
    harness.kube.endWatches(apiError(429, 'TooManyRequests', 17_000));
    assert.equal(await harness.clock.scheduled(() => true), 17_000);
  });

  it('waits no longer than half a minute, and says for which watch, what was asked and what it does', async () => {
    const harness = start();
    await harness.cache.synced;
    await settle(harness);
    harness.kube.endWatches(apiError(429, 'TooManyRequests', 3_600_000));
    assert.equal(await harness.clock.scheduled(() => true), 30_000);
    const [lost] = harness.states;
    assert.equal(
      lost?.kind === 'lost' && lost.reason,
      'the watch of pods: TooManyRequests happened (the API server asks to wait 3600 s; retrying in 30 s)',
    );
  });

  it('lists again when the server refuses to resume, whatever the error', async () => {
    const harness = start();
    const { kube, cache, clock } = harness;
    await cache.synced;
    await settle(harness);
    kube.put('/other', pod('x-1', 1));
    // As after its data were restored: this version is refused for ever.
    kube.before = (request) => {
      if ('resourceVersion' in request && request.resourceVersion === '100')
        throw apiError(500, 'InternalError');
    };
    kube.endWatches(apiError(500, 'InternalError'));
    await clock.scheduled(() => true);
    clock.advance(10_000);
    await settle(harness);
    assert.equal(cache.resourceVersion, '101');
  });

  it('lists again when watches fail for no known reason three times', async () => {
    const harness = start();
    const { kube, cache, clock } = harness;
    await cache.synced;
    await settle(harness);
    kube.put('/other', pod('x-1', 1));
    kube.before = (request) => {
      if ('resourceVersion' in request && request.resourceVersion === '100')
        throw new ConnectionError('garbled');
    };
    kube.endWatches(new ConnectionError('garbled'));
    for (let failures = 1; failures <= 3; failures += 1) {
      assert.equal(kube.requests.length, 1);
      await clock.scheduled(() => true);
      clock.advance(10_000);
      await turn();
    }
    await settle(harness);
    assert.equal(kube.requests.length, 2);
    assert.equal(cache.resourceVersion, '101');
  });

  for (const code of [401, 403, 404]) {
    it(`asks for the first list until it is answered, even after ${code}, where it is told to`, async () => {
      const kube = fakeKube();
      const clock = manualClock();
      kube.before = () => {
        throw apiError(code, 'Refused');
      };
      const states: ConnectionState[] = [];
      const cache = watchCache({
        kube,
        path: PODS,
        parse: readItem,
        clock,
        random: () => 0,
        onConnection: (state) => states.push(state),
        retryFirstList: true,
      });
      caches.push(cache);
      await clock.scheduled(() => true);
      kube.before = () => {};
      clock.advance(1000);
      await cache.synced;
      assert.deepEqual(
        states.map(({ kind }) => kind),
        ['lost'],
      );
    });
  }

  it('hands over the other changes when one cannot be used', async () => {
    const kube = fakeKube();
    const handed: string[] = [];
    const problems: string[] = [];
    for (const name of ['a-1', 'b-1', 'c-1']) kube.put(PODS, pod(name, 1));
    const cache = watchCache({
      kube,
      path: PODS,
      parse: readItem,
      clock: manualClock(),
      random: () => 0,
      onEvent(_, { name }) {
        if (name === 'b-1') throw new RangeError('too much');
        handed.push(name);
      },
      onProblem: ({ message }) => problems.push(message),
    });
    caches.push(cache);
    await cache.synced;
    assert.deepEqual([handed, problems], [['a-1', 'c-1'], ['too much']]);
  });

  it('keeps the last good state of an object that cannot be read any more', async () => {
    const harness = start((kube) => kube.put(PODS, pod('d-1', 1)));
    const { kube, cache, problems } = harness;
    await cache.synced;
    kube.put(PODS, { metadata: { name: 'd-1', namespace: 'default' }, size: 'huge' });
    kube.put(PODS, { metadata: { name: 'd-2', namespace: 'default' }, size: 'huge' });
    await settle(harness);
    assert.equal(cache.items.get('default/d-1')?.size, 1);
    assert.equal(cache.items.size, 1);
    assert.match(problems[0]?.message ?? '', /cannot read default\/d-1: size should be a number/);
    kube.remove(PODS, 'd-1');
    await settle(harness);
    assert.equal(cache.items.size, 0);
  });

  it('waits between watches that the server ends at once', async () => {
    const harness = start();
    await harness.cache.synced;
    await settle(harness);
    harness.kube.endWatches();
    assert.equal(await harness.clock.scheduled(() => true), 250);
  });

  describe('reaches what a list shows', () => {
    const forever = new AbortController().signal;
    /** Whether it has been reached by now. */
    async function begin({ cache }: Harness, part?: { namespace: string; path: string }) {
      let reached = false;
      const reaching = cache.reach(forever, part).then(() => {
        reached = true;
      });
      const isReached = async () => {
        for (let turns = 0; turns < 50; turns += 1) await turn();
        return reached;
      };
      return { isReached, reaching };
    }

    it('at once where nothing has changed, although no event tells how far the watch has got', async () => {
      const harness = start((kube) => kube.put(PODS, pod('a-1', 1)));
      await harness.cache.synced;
      harness.kube.put('/api/v1/other', pod('b-1', 1));
      await harness.cache.reach(forever);
    });

    const changes: Record<string, (kube: FakeKube) => unknown> = {
      created: (kube) => kube.put(PODS, pod('a-2', 2)),
      changed: (kube) => kube.put(PODS, pod('a-1', 2)),
      deleted: (kube) => kube.remove(PODS, 'a-1'),
      'changed to something malformed': (kube) => kube.put(PODS, { ...pod('a-1', 2), size: 'large' }),
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`when the watch shows that one was ${what} before`, async () => {
        const harness = start((kube) => kube.put(PODS, pod('a-1', 1)));
        const { kube, cache } = harness;
        await cache.synced;
        await settle(harness);
        kube.holdWatches(true);
        change(kube);
        const { isReached, reaching } = await begin(harness);
        assert.equal(await isReached(), false);
        kube.holdWatches(false);
        await reaching;
      });
    }

    it('and waits for nothing that happens later, or in another namespace', async () => {
      const harness = start((kube) => {
        kube.put(PODS, pod('a-1', 1));
        kube.put(PODS, { metadata: { name: 'b-1', namespace: 'other' }, size: 1 });
      });
      const { kube, cache } = harness;
      await cache.synced;
      await settle(harness);
      const path = '/api/v1/namespaces/default/part';
      kube.put(path, { metadata: { name: 'a-1', namespace: 'default', uid: 'uid-1' } });
      kube.holdWatches(true);
      const other = await begin(harness, { namespace: 'default', path });
      assert.equal(await other.isReached(), false, 'the list is newer');
      kube.put(PODS, pod('a-1', 2));
      kube.put(PODS, pod('a-2', 2));
      kube.holdWatches(false);
      await other.reaching;
    });

    it('by trying again, unless the list is refused or nobody waits any more', async () => {
      const harness = start();
      const { kube, cache, clock } = harness;
      await cache.synced;
      let failures = 0;
      kube.before = () => {
        if (failures++ === 0) throw new ConnectionError('reset');
      };
      const { isReached, reaching } = await begin(harness);
      assert.equal(await isReached(), false);
      clock.advance(1_000);
      await reaching;
      kube.before = () => {
        throw apiError(403, 'Forbidden');
      };
      await assert.rejects(cache.reach(forever), /Forbidden/);
      kube.before = () => {};
      kube.holdWatches(true);
      kube.put(PODS, pod('a-1', 1));
      const ending = new AbortController();
      const never = cache.reach(ending.signal);
      ending.abort(new Error('over'));
      await assert.rejects(never, /over/);
      const stopped = cache.reach(forever);
      await cache.stop();
      await assert.rejects(stopped, /was stopped/);
    });
  });

  it('lists anew when it is asked to, also while its watch hangs or a list is under way', async () => {
    const { kube, cache, clock, events } = start((prepared) => prepared.put(PODS, pod('a', 1)));
    await cache.synced;
    while (kube.openWatches() === 0) await turn();
    const before = cache.listedAtMs;
    clock.advance(60_000);
    const lists = () => kube.requests.filter(({ method }) => method === 'GET').length;
    const listsBefore = lists();
    await cache.relist();
    assert.deepEqual([lists() - listsBefore, cache.listedAtMs - before], [1, 60_000]);
    while (kube.openWatches() === 0) await turn();
    // A list that began before it was asked for may have missed what the caller wants to see.
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    let count = 0;
    kube.before = async () => {
      count += 1;
      if (count > 1) return;
      begun.resolve();
      await held.promise;
    };
    let first = false;
    const asked = cache.relist().then(() => {
      first = true;
    });
    await begun.promise;
    kube.put(PODS, pod('b', 2));
    const second = cache.relist();
    assert.equal(first, false);
    held.resolve();
    await Promise.all([asked, second]);
    assert.ok(events.includes('ADDED b ->2'));
    assert.equal(cache.items.get('default/b')?.size, 2);
  });

  it('keeps who asked for a list waiting until one succeeds, and rejects when it is stopped', async () => {
    const { kube, cache, clock } = start();
    await cache.synced;
    while (kube.openWatches() === 0) await turn();
    let fails = true;
    kube.before = () => {
      if (fails) throw new ConnectionError('no route');
    };
    let isListed = false;
    const asked = cache.relist().then(() => {
      isListed = true;
    });
    await clock.scheduled(() => true);
    assert.equal(isListed, false);
    assert.ok(cache.brokenForMs !== undefined);
    fails = false;
    clock.advance(60_000);
    await asked;
    fails = true;
    const never = cache.relist();
    await cache.stop();
    await assert.rejects(never, /was stopped/);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const harness = start();
    await harness.cache.synced;
    await settle(harness);
    await harness.cache.stop();
    assert.equal(harness.kube.openWatches(), 0);
    assert.deepEqual(harness.clock.pending(), []);
    const early = start((kube) => {
      kube.before = ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    });
    await early.cache.stop();
    await assert.rejects(early.cache.synced, /stopped/);
  });

  it('holds what the server holds, whatever happens', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), i: fc.nat(4), size: fc.nat(9) }),
      fc.record({ kind: fc.constant('remove' as const), i: fc.nat(4) }),
      fc.record({ kind: fc.constantFrom('end', 'break', 'compact', 'bookmark', 'turn', 'wait') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const harness = start();
        const { kube, cache, clock } = harness;
        const told = new Map<string, number>();
        cache.onChange(() => {
          told.clear();
          for (const [key, item] of cache.items) told.set(key, item.size);
        });
        for (const { kind, ...more } of steps) {
          if (kind === 'put' && 'size' in more) kube.put(PODS, pod(`p-${more.i}`, more.size));
          if (kind === 'remove' && 'i' in more) kube.remove(PODS, `p-${more.i}`);
          if (kind === 'end') kube.endWatches();
          if (kind === 'break') kube.endWatches(new ConnectionError('reset'));
          if (kind === 'compact') kube.compact();
          if (kind === 'bookmark') kube.bookmark();
          if (kind === 'turn') await turn();
          if (kind === 'wait') clock.advance(700);
        }
        kube.put('/elsewhere', pod('e-1', 1));
        for (let i = 0; i < 30; i += 1) {
          await turn();
          clock.advance(10_000);
        }
        await settle(harness);
        const there = new Map<string, number>();
        for (let i = 0; i < 5; i += 1) {
          const object = kube.get(PODS, `p-${i}`);
          if (object !== undefined) there.set(`default/p-${i}`, object.size as number);
        }
        const sorted = (map: Map<string, number>) => [...map].sort();
        assert.deepEqual(sorted(told), sorted(there));
        await cache.stop();
      }),
      { numRuns: 60 },
    );
  });
});
