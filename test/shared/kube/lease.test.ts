import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
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
    const kube = fakeKube();
    const clock = manualClock();
    const a = party(kube, clock, 'a', { annotations: { wave: '1' } });
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
    const kube = fakeKube();
    const clock = manualClock();
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
    const kube = fakeKube();
    const clock = manualClock();
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

  it('does not wait for a holder that is known to be dead, or gave it back', async () => {
    for (const [holderIdentity, alive] of [
      ['dead', false],
      ['', undefined],
    ] as const) {
      const kube = fakeKube();
      kube.put(LEASES, {
        metadata: { name: NAME, namespace: 'default' },
        spec: { holderIdentity, leaseDurationSeconds: 30 },
      });
      await party(kube, manualClock(), 'b', { isHolderAlive: () => alive }).acquire();
      assert.equal(holderOf(kube), 'b');
    }
  });

  it('lets exactly one of two take it that race', async () => {
    const kube = fakeKube();
    const clock = manualClock();
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
    const kube = fakeKube();
    const clock = manualClock();
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
    const kube = fakeKube();
    const clock = manualClock();
    const lease = await party(kube, clock, 'a').acquire();
    kube.remove(LEASES, NAME);
    await pass(clock, 10_000);
    assert.equal(lease.state.kind, 'lost');
  });

  it('is uncertain from its duration after the last renewal on, until it could be renewed', async () => {
    const kube = fakeKube();
    const clock = manualClock();
    const a = party(kube, clock, 'a');
    const lease = await a.acquire();
    const works = kube.before;
    kube.before = () => {
      throw new ConnectionError('refused');
    };
    await pass(clock, 29_000);
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

  it('knows at once after a long sleep that it is uncertain', async () => {
    const clock = manualClock();
    let aheadMs = 0;
    const sleeping = { ...clock, nowMs: () => clock.nowMs() + aheadMs };
    const lease = await party(fakeKube(), sleeping, 'a').acquire();
    aheadMs = 3_600_000;
    assert.equal(lease.state.kind, 'uncertain');
  });

  it('is still ours when only the answer to a write was lost', async () => {
    const kube = fakeKube();
    const clock = manualClock();
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

  it('is never held by two at once, whatever fails', async () => {
    const step = fc.record({
      who: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('acquire', 'cut', 'mend', 'release', 'write'),
      passMs: fc.nat({ max: 45_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const kube = fakeKube();
        const clock = manualClock();
        const cut = new Set<string>();
        const holding = new Map<string, HeldLease>();
        const stop = new AbortController();
        const viewOf = (who: string): FakeKube => ({
          ...kube,
          request: async (wanted) => {
            if (cut.has(who)) throw new ConnectionError('cut off');
            return kube.request(wanted);
          },
        });
        const trying = new Set<string>();
        const check = () => {
          const now = [...holding].filter(([, lease]) => lease.state.kind === 'held').map(([who]) => who);
          assert.ok(now.length <= 1, `held by ${now.join(' and ')}`);
        };
        for (const { who, act, passMs } of steps) {
          if (act === 'cut') cut.add(who);
          if (act === 'mend') cut.delete(who);
          if (act === 'release')
            void holding
              .get(who)
              ?.release()
              .catch(() => {});
          if (act === 'write')
            void holding
              .get(who)
              ?.writeAnnotations({ by: who })
              .catch(() => {});
          const state = holding.get(who)?.state.kind;
          const idle = state === undefined || state === 'lost' || state === 'released';
          if (act === 'acquire' && idle && !trying.has(who)) {
            trying.add(who);
            void party(viewOf(who), clock, who, { signal: stop.signal })
              .acquire()
              .then(
                (lease) => holding.set(who, lease),
                () => {},
              )
              .finally(() => trying.delete(who));
          }
          for (let passed = 0; passed < passMs; passed += 2500) {
            await pass(clock, 2500, 2500);
            check();
          }
        }
        stop.abort(new Error('over'));
        cut.clear();
        for (const lease of holding.values()) await lease.release().catch(() => {});
        held.length = 0;
      }),
      { numRuns: 60 },
    );
  });
});
