import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import {
  type AcquireLeaseOptions,
  acquireLease,
  HeldByOtherError,
  type HeldLease,
  LeaseLostError,
  type LeaseState,
} from '../../../shared/kube/lease.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const NAME = 'zone-rollout-x';
const DURATION_MS = 30_000;

describe('lease', () => {
  const held: HeldLease[] = [];
  afterEach(async () => {
    for (const lease of held.splice(0)) await lease.release().catch(() => {});
  });

  interface Party {
    options: AcquireLeaseOptions;
    states: LeaseState[];
    acquire(): Promise<HeldLease>;
  }

  function party(
    kube: FakeKube,
    clock: ManualClock,
    identity: string,
    more: Partial<AcquireLeaseOptions> = {},
  ): Party {
    const states: LeaseState[] = [];
    const options: AcquireLeaseOptions = {
      kube,
      namespace: 'default',
      name: NAME,
      identity,
      durationMs: DURATION_MS,
      clock,
      onState: (state) => states.push(state),
      ...more,
    };
    const acquire = async () => {
      const lease = await acquireLease(options);
      held.push(lease);
      return lease;
    };
    return { options, states, acquire };
  }

  /** Moves time in small steps, and lets everything that follows from each happen. */
  async function pass(clock: ManualClock, ms: number, stepMs = 1000): Promise<void> {
    for (let passed = 0; passed < ms; passed += stepMs) {
      clock.advance(Math.min(stepMs, ms - passed));
      for (let turns = 0; turns < 5; turns += 1) await turn();
    }
  }

  const holderOf = (kube: FakeKube) =>
    (kube.get(LEASES, NAME)?.spec as Record<string, unknown>)?.holderIdentity;

  const kindOf = (lease: HeldLease) => lease.state.kind;

  it('makes the Lease, renews it every third of its duration, and gives it back with its annotations', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const a = party(kube, clock, 'a', { annotations: () => ({ wave: '1' }) });
    const lease = await a.acquire();
    assert.equal(holderOf(kube), 'a');
    assert.equal(lease.state.kind, 'held');
    const patches = () => kube.requests.filter(({ method }) => method === 'PATCH').length;
    await pass(clock, 30_000);
    assert.equal(patches(), 3);
    assert.equal((await lease.writeAnnotations({ wave: '2', paused: 'yes' })).metadata.annotations.wave, '2');
    await lease.release();
    assert.equal(holderOf(kube), '');
    assert.deepEqual(kube.get(LEASES, NAME)?.metadata.annotations, { wave: '2', paused: 'yes' });
    assert.deepEqual(clock.pending(), []);
    assert.deepEqual(a.states, [{ kind: 'released' }]);
  });

  it('refuses a Lease that another renews, and says who holds it', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    await party(kube, clock, 'a').acquire();
    const second = party(kube, clock, 'b').acquire();
    const refused = assert.rejects(second, (error) => {
      assert.ok(error instanceof HeldByOtherError);
      assert.equal(error.holder, 'a');
      assert.equal(error.sinceMs, Date.UTC(2026, 0, 1));
      assert.match(error.message, /default\/zone-rollout-x is held by a since 2026-01-01T00:00:00/);
      return true;
    });
    await pass(clock, 15_000);
    await refused;
  });

  it('takes over what nobody renewed for its whole duration, whatever its times say', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    kube.put(LEASES, {
      metadata: { name: NAME, namespace: 'default', annotations: { wave: '7' } },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 30, renewTime: '2001-01-01T00:00:00.000000Z' },
    });
    const b = party(kube, clock, 'b');
    const taking = b.acquire();
    await pass(clock, 29_000);
    assert.equal(holderOf(kube), 'dead');
    await pass(clock, 2_000);
    const lease = await taking;
    assert.equal(holderOf(kube), 'b');
    assert.equal(lease.lease.metadata.annotations.wave, '7');
    assert.equal(lease.lease.spec.leaseTransitions, 1);
  });

  it('does not wait for a holder that gave it back', async () => {
    const kube = fakeKube();
    kube.put(LEASES, {
      metadata: { name: NAME, namespace: 'default' },
      spec: { holderIdentity: '', leaseDurationSeconds: 30 },
    });
    await party(kube, manualClock(), 'b').acquire();
    assert.equal(holderOf(kube), 'b');
  });

  it('waits no longer because others annotate a Lease whose holder is gone', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const left = {
      metadata: { name: NAME, namespace: 'default', annotations: {} },
      spec: { holderIdentity: 'dead', leaseDurationSeconds: 30 },
    };
    kube.put(LEASES, left);
    const observed: number[] = [];
    const b = party(kube, clock, 'b', { onObserve: (_, upToMs) => observed.push(upToMs) });
    const taking = b.acquire();
    for (const note of ['1', '2', '3']) {
      await pass(clock, 9_000);
      kube.put(LEASES, { ...left, metadata: { ...left.metadata, annotations: { note } } });
    }
    await pass(clock, 9_000);
    await taking;
    assert.equal(holderOf(kube), 'b');
    assert.deepEqual(observed, [30_000]);
  });

  it('waits a bounded time, whatever duration the Lease names, and counts transitions in 32 bits', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    kube.put(LEASES, {
      metadata: { name: NAME, namespace: 'default' },
      spec: {
        holderIdentity: 'x'.repeat(10_000),
        leaseDurationSeconds: 1e308,
        leaseTransitions: 2 ** 31 - 1,
      },
    });
    const b = party(kube, clock, 'b', {
      onObserve: (lease, upToMs) => {
        assert.equal(lease.spec.holderIdentity.length, 1024);
        assert.equal(upToMs, 600_000);
      },
    });
    const taking = b.acquire();
    await pass(clock, 610_000, 5_000);
    assert.equal((await taking).lease.spec.leaseTransitions, 2 ** 31 - 1);
  });

  it('lets exactly one of two take it that race', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const reads = Promise.withResolvers<void>();
    let waiting = 0;
    kube.before = async (request) => {
      if (!('method' in request) || request.method !== 'GET' || waiting >= 2) return;
      waiting += 1;
      if (waiting === 2) reads.resolve();
      await reads.promise;
    };
    const both = Promise.allSettled([party(kube, clock, 'a').acquire(), party(kube, clock, 'b').acquire()]);
    await pass(clock, 20_000);
    const outcomes = await both;
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    const loser = outcomes.find((outcome) => outcome.status === 'rejected');
    assert.ok(loser?.status === 'rejected' && loser.reason instanceof HeldByOtherError);
  });

  it('keeps what others write beside it', async () => {
    const kube = fakeKube();
    const lease = await party(kube, manualClock(), 'a').acquire();
    const object = kube.get(LEASES, NAME);
    assert.ok(object);
    kube.put(LEASES, { ...object, metadata: { ...object.metadata, annotations: { paused: 'by another' } } });
    const written = await lease.writeAnnotations({ wave: '3' });
    assert.deepEqual(written.metadata.annotations, { paused: 'by another', wave: '3' });
    const removed = await lease.writeAnnotations({ paused: null });
    assert.deepEqual(removed.metadata.annotations, { wave: '3' });
  });

  it('is lost when another holds it, and says to whom', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const a = party(kube, clock, 'a');
    const lease = await a.acquire();
    const object = kube.get(LEASES, NAME);
    assert.ok(object);
    kube.put(LEASES, { ...object, spec: { ...(object.spec as object), holderIdentity: 'thief' } });
    await assert.rejects(lease.writeAnnotations({ wave: '3' }), (error) => {
      assert.ok(error instanceof LeaseLostError);
      assert.equal(error.holder, 'thief');
      return true;
    });
    assert.equal(lease.state.kind, 'lost');
    assert.deepEqual(
      a.states.map(({ kind }) => kind),
      ['lost'],
    );
    await lease.release();
    assert.equal(holderOf(kube), 'thief');
    assert.deepEqual(clock.pending(), []);
  });

  it('is lost when it was deleted', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const lease = await party(kube, clock, 'a').acquire();
    kube.remove(LEASES, NAME);
    await pass(clock, 10_000);
    assert.equal(lease.state.kind, 'lost');
  });

  it('is uncertain before others may take it, until it could be renewed', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const a = party(kube, clock, 'a');
    const lease = await a.acquire();
    const works = kube.before;
    kube.before = () => {
      throw new ConnectionError('refused');
    };
    await pass(clock, 19_000);
    assert.equal(kindOf(lease), 'held');
    await pass(clock, 1_000);
    assert.equal(kindOf(lease), 'uncertain');
    await pass(clock, 60_000);
    kube.before = works;
    await pass(clock, 5_000);
    assert.equal(kindOf(lease), 'held');
    assert.deepEqual(
      a.states.map(({ kind }) => kind),
      ['uncertain', 'held'],
    );
  });

  it('takes a renewal that is answered too late for one that failed', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const a = party(kube, clock, 'a');
    const lease = await a.acquire();
    const answer = Promise.withResolvers<void>();
    const request = kube.request.bind(kube);
    kube.request = async (wanted) => {
      const answered = await request(wanted);
      await answer.promise;
      return answered;
    };
    await pass(clock, 40_000);
    kube.request = request;
    const seen = a.states.length;
    answer.resolve();
    await pass(clock, 1_000);
    assert.equal(kindOf(lease), 'uncertain', 'the answer says how it was 30 s ago');
    assert.equal(a.states.length, seen, 'and is nothing to report');
    await pass(clock, 3_000);
    assert.equal(kindOf(lease), 'held');
  });

  it('knows at once after a long sleep that it is uncertain, by whichever clock', async () => {
    for (const ahead of ['nowMs', 'monotonicMs'] as const) {
      const clock = manualClock();
      let aheadMs = 0;
      const sleeping = { ...clock, [ahead]: () => clock[ahead]() + aheadMs };
      const lease = await party(fakeKube(), sleeping, 'a').acquire();
      aheadMs = 3_600_000;
      assert.equal(lease.state.kind, 'uncertain', ahead);
    }
  });

  it('is neither kept longer nor taken sooner because a clock is set', async () => {
    const kube = fakeKube();
    const [clockA, clockB] = [manualClock(), manualClock()];
    const lease = await party(kube, clockA, 'a').acquire();
    kube.before = (request) => {
      if ('method' in request && request.method === 'PATCH' && holderOf(kube) === 'a')
        throw new ConnectionError('cut');
    };
    const taking = party(kube, clockB, 'b').acquire();
    await pass(clockB, 1_000);
    clockA.setWall(-3_600_000);
    clockB.setWall(3_600_000);
    await pass(clockB, 20_000);
    assert.equal(holderOf(kube), 'a');
    await pass(clockA, 20_000);
    assert.equal(kindOf(lease), 'uncertain');
    kube.before = () => {};
    await pass(clockB, 10_000);
    await taking;
    assert.equal(holderOf(kube), 'b');
  });

  it('is still ours when only the answer to a write was lost', async () => {
    const clock = manualClock();
    const kube = fakeKube(clock);
    const request = kube.request.bind(kube);
    let lose = true;
    kube.request = async (wanted) => {
      const answer = await request(wanted);
      if (wanted.method !== 'GET' && lose) {
        lose = false;
        throw new ConnectionError('reset');
      }
      return answer;
    };
    const lease = await party(kube, clock, 'a').acquire();
    lose = true;
    await assert.rejects(lease.writeAnnotations({ wave: '1' }), ConnectionError);
    const written = await lease.writeAnnotations({ wave: '2' });
    assert.equal(written.metadata.annotations.wave, '2');
    assert.equal(lease.state.kind, 'held');
  });

  it('is never held by two at once, whatever fails, freezes or is slow, and ends well before it is taken', async () => {
    const trouble = fc.constantFrom('cut', 'freeze', 'slow', 'set-clock');
    const step = fc.record({
      who: fc.constantFrom('a', 'b'),
      act: fc.oneof(
        { arbitrary: fc.constant('acquire'), weight: 4 },
        { arbitrary: trouble, weight: 3 },
        { arbitrary: fc.constantFrom('mend', 'thaw', 'release', 'write'), weight: 2 },
      ),
      passMs: fc.oneof(fc.nat({ max: 5_000 }), fc.integer({ min: 20_000, max: 45_000 })),
      setMs: fc.integer({ min: -60_000, max: 60_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
        const kube = fakeKube();
        const world = manualClock();
        const machines = new Map(['a', 'b'].map((who) => [who, new Machine(kube, world)]));
        const holding = new Map<string, HeldLease>();
        /** When each was last seen to act on its hold, unless it gave it back. */
        const acted = new Map<string, number>();
        const trying = new Set<string>();
        /** They act no more, although the write that releases it may still be on its way. */
        const releasing = new Set<HeldLease>();
        const stop = new AbortController();
        const check = () => {
          const acting = [...holding].filter(
            ([who, lease]) => !machines.get(who)?.frozen && !releasing.has(lease) && kindOf(lease) === 'held',
          );
          assert.ok(acting.length <= 1, `held by ${acting.map(([who]) => who).join(' and ')}`);
          const holder = holderOf(kube);
          for (const [who, atMs] of acted) {
            if (who === holder || holder === undefined || holder === '') continue;
            const sinceMs = world.monotonicMs() - atMs;
            assert.ok(
              sinceMs >= DURATION_MS / 3 - STEP_MS,
              `${who} acted ${sinceMs} ms before ${holder} took it`,
            );
            acted.delete(who);
          }
          for (const [who] of acting) acted.set(who, world.monotonicMs());
        };
        for (const { who, act, passMs, setMs } of steps) {
          const machine = machines.get(who);
          assert.ok(machine);
          if (act === 'cut') machine.cut = true;
          if (act === 'mend') machine.cut = false;
          if (act === 'slow') machine.slowMs = Math.abs(setMs) / 2;
          if (act === 'set-clock') machine.wallAheadMs += setMs;
          if (act === 'freeze') machine.freeze();
          if (act === 'thaw') machine.thaw();
          const lease = holding.get(who);
          if (act === 'release' && !machine.frozen && lease) {
            acted.delete(who);
            releasing.add(lease);
            void lease.release().catch(() => {});
          }
          if (act === 'write' && !machine.frozen) void lease?.writeAnnotations({ by: who }).catch(() => {});
          const state = lease?.state.kind;
          const idle = state === undefined || state === 'lost' || state === 'released';
          if (act === 'acquire' && idle && !machine.frozen && !trying.has(who)) {
            trying.add(who);
            const { view, clock } = machine;
            acquireLease({ ...party(view, clock, who).options, signal: stop.signal })
              .then(
                (taken) => holding.set(who, taken),
                () => {},
              )
              .finally(() => trying.delete(who));
          }
          for (let passed = 0; passed < passMs; passed += STEP_MS) {
            await pass(world, STEP_MS, STEP_MS);
            check();
          }
        }
        stop.abort(new Error('over'));
        for (const machine of machines.values()) {
          Object.assign(machine, { cut: false, slowMs: 0 });
          machine.thaw();
        }
        const released = Promise.all([...holding.values()].map((lease) => lease.release().catch(() => {})));
        await pass(world, 60_000, STEP_MS);
        await released;
      }),
      { numRuns: 200 },
    );
  });
});

const STEP_MS = 2_500;

/** A machine that can be cut off, stopped as by SIGSTOP, slow to be answered, and whose clock can be set. */
class Machine {
  cut = false;
  frozen = false;
  slowMs = 0;
  wallAheadMs = 0;
  readonly clock: ManualClock;
  readonly view: FakeKube;
  #thawed: (() => void)[] = [];

  constructor(kube: FakeKube, world: ManualClock) {
    this.clock = {
      ...world,
      nowMs: () => world.nowMs() + this.wallAheadMs,
      schedule: (delayMs, run) => world.schedule(delayMs, () => this.#onceThawed(run)),
    };
    const passed = (ms: number) => new Promise<void>((resolve) => world.schedule(ms, resolve));
    this.view = {
      ...kube,
      request: async (wanted) => {
        if (this.cut) throw new ConnectionError('cut off');
        if (this.slowMs > 0) await passed(this.slowMs / 2);
        const answer = await Promise.allSettled([kube.request(wanted)]);
        if (this.slowMs > 0) await passed(this.slowMs / 2);
        await new Promise<void>((resolve) => this.#onceThawed(resolve));
        if (answer[0].status === 'rejected') throw answer[0].reason;
        return answer[0].value;
      },
    };
  }

  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    for (const run of this.#thawed.splice(0)) run();
  }

  #onceThawed(run: () => void): void {
    if (this.frozen) this.#thawed.push(run);
    else run();
  }
}
