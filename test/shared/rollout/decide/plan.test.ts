import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import { planRollout } from '../../../../shared/rollout/decide/plan.ts';
import fc from '../../../helpers/seed.ts';
import { DOWN, OPTIONS, observation, pod, sixPods, updated } from './builders.ts';

const MINUTE_MS = 60_000;
const plan = (
  seen: ReturnType<typeof observation>,
  options = OPTIONS,
  restartMs: (pod: { name: string }) => number = () => MINUTE_MS,
) => planRollout(seen, options, emptyMemory('rev-2'), restartMs);

describe('the plan', () => {
  it('has the waves by zone, with their pods and the time they begin', () => {
    const { waves, totalMs, oneAtATimeMs, blocked } = plan(observation(sixPods()));
    assert.deepEqual(waves, [
      { wave: 1, zone: 'zone-a', pods: ['ingester-3'], startsAfterMs: 0 },
      { wave: 2, zone: 'zone-a', pods: ['ingester-0'], startsAfterMs: MINUTE_MS },
      { wave: 3, zone: 'zone-b', pods: ['ingester-4', 'ingester-1'], startsAfterMs: 2 * MINUTE_MS },
      { wave: 4, zone: 'zone-c', pods: ['ingester-5', 'ingester-2'], startsAfterMs: 3 * MINUTE_MS },
    ]);
    assert.equal(totalMs, 4 * MINUTE_MS);
    assert.equal(oneAtATimeMs, 6 * MINUTE_MS);
    assert.equal(blocked, undefined);
  });

  it('counts soak and min-ready', () => {
    const options = { ...OPTIONS, exponentialFactor: 0, soakMs: 10 * MINUTE_MS, minReadyMs: MINUTE_MS };
    const { waves, totalMs } = plan(observation(sixPods()), options);
    assert.deepEqual(
      waves.map((wave) => wave.startsAfterMs / MINUTE_MS),
      [0, 12, 24],
    );
    assert.equal(totalMs, 26 * MINUTE_MS);
  });

  it('counts a soak that is under way from now on, whatever the clock says', () => {
    const options = { ...OPTIONS, exponentialFactor: 0, soakMs: 10 * MINUTE_MS };
    const wholeSinceMs = Date.UTC(2026, 10, 22);
    const memory = { ...emptyMemory('rev-2'), waves: 1, zone: 'zone-a', zoneWholeSinceMs: wholeSinceMs };
    const pods = sixPods().map((each) => (each.zone === 'zone-a' ? { ...each, stale: false } : each));
    const { totalMs } = planRollout(observation(pods), options, memory, () => MINUTE_MS);
    assert.equal(totalMs, 22 * MINUTE_MS);
  });

  it('streams: the next pod goes as soon as one is back', () => {
    const nine = Array.from({ length: 9 }, (_, ordinal) => pod(ordinal, `zone-${ordinal < 8 ? 'a' : 'b'}`));
    const restartMs = ({ name }: { name: string }) => (name === 'ingester-6' ? 10 : 1) * MINUTE_MS;
    const waiting = plan(observation(nine), OPTIONS, restartMs);
    const streaming = plan(observation(nine), { ...OPTIONS, pacing: 'stream' }, restartMs);
    assert.ok(streaming.totalMs < waiting.totalMs);
  });

  it('takes at least as long as the pods that may flush at a time', () => {
    const options = { ...OPTIONS, exponentialFactor: 0, maxLeaving: 1 };
    const minutes = (flushMs: number) =>
      planRollout(observation(sixPods()), options, emptyMemory('rev-2'), () => 12 * MINUTE_MS, flushMs)
        .totalMs / MINUTE_MS;
    assert.equal(minutes(10 * MINUTE_MS), 60, 'six flushes, one after the other');
    assert.equal(minutes(1 * MINUTE_MS), 36, 'three waves take longer');
  });

  it('is empty when nothing is stale, and says what would block it', () => {
    assert.deepEqual(plan(observation(sixPods(updated))).waves, []);
    const { blocked } = plan(observation([pod(0, 'zone-a'), pod(1, undefined)]));
    assert.equal(blocked?.by, 'zone-label');
  });

  it('takes pods that are down for back at once, and still replaces stale ones', () => {
    const seen = observation(sixPods((ordinal) => (ordinal === 1 ? DOWN : {})));
    assert.equal(plan(seen).waves.flatMap((wave) => wave.pods).length, 6);
  });

  it('replaces every stale pod once, whatever the options', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('zone-a', 'zone-b', 'zone-c'), { maxLength: 40 }),
        fc.constantFrom('wave' as const, 'stream' as const),
        fc.constantFrom(0, 1, 1.5, 2),
        fc.integer({ min: 1, max: 9 }),
        (zones, pacing, exponentialFactor, count) => {
          const seen = observation(zones.map((zone, ordinal) => pod(ordinal, zone)));
          const options = {
            ...OPTIONS,
            pacing,
            exponentialFactor,
            maxUnavailable: { kind: 'count' as const, count },
          };
          const { waves } = plan(seen, options, ({ name }) => 1000 + name.length * 100);
          const replaced = waves.flatMap((wave) => wave.pods);
          assert.equal(replaced.length, zones.length);
          assert.equal(new Set(replaced).size, zones.length);
        },
      ),
    );
  });
});
