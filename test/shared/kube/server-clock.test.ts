import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ServerClock } from '../../../shared/kube/server-clock.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';

/** What a server whose clock is ahead by so much writes at this moment of ours. */
const dateAt = (nowMs: number, aheadMs: number) => new Date(nowMs + aheadMs).toUTCString();
const START_MS = Date.UTC(2026, 0, 1);

/** Our clock, and a server's as estimated; `aheadMs` is how far it is ahead of ours. */
function clocks(startMs = START_MS) {
  const clock = manualClock(startMs);
  const server = new ServerClock(clock);
  return { clock, server, aheadMs: () => server.nowMs() - clock.nowMs() };
}

/** A response that arrives now, to a request sent now. */
function answers(server: ServerClock, clock: ManualClock, aheadMs: number): void {
  server.observe(dateAt(clock.nowMs(), aheadMs), clock.monotonicMs());
}

describe('the clock of the API server', () => {
  it('is within half a second of the truth, plus how long an answer took', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9e6, max: 9e6 }),
        fc.nat(999),
        fc.nat(200),
        (truthMs, phaseMs, tookMs) => {
          const { clock, server, aheadMs } = clocks(START_MS + phaseMs);
          const sentMs = clock.monotonicMs();
          const date = dateAt(clock.nowMs() + tookMs / 2, truthMs);
          clock.advance(tookMs);
          server.observe(date, sentMs);
          assert.ok(Math.abs(aheadMs() - truthMs) <= 500 + tookMs / 2 + 1);
        },
      ),
    );
  });

  it('is the same for every answer once it agrees with all of them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9e6, max: 9e6 }),
        fc.array(fc.nat(5_000), { minLength: 2 }),
        (truthMs, waits) => {
          const { clock, server, aheadMs } = clocks();
          const seen: number[] = [];
          for (const round of [1, 2]) {
            for (const waitMs of waits) {
              clock.advance(waitMs);
              answers(server, clock, truthMs);
              seen.push(aheadMs());
            }
            if (round === 1) {
              seen.length = 0;
              // The same phases again, so that nothing new is learned.
              clock.advance(1_000 - (clock.monotonicMs() % 1_000));
            }
          }
          const moved = Math.max(...seen) - Math.min(...seen);
          assert.ok(moved <= 1, `it moved by ${moved} ms`);
        },
      ),
    );
  });

  it('follows a clock of the server that was set', () => {
    const { clock, server, aheadMs } = clocks();
    answers(server, clock, 0);
    answers(server, clock, 60_000);
    assert.ok(Math.abs(aheadMs() - 60_000) <= 500);
  });

  it('does not move when the clock of this machine is set, and goes on', () => {
    const { clock, server } = clocks();
    answers(server, clock, 0);
    const beforeMs = server.nowMs();
    clock.setWall(-3_600_000);
    assert.equal(server.nowMs(), beforeMs);
    clock.advance(5_000);
    assert.equal(server.nowMs(), beforeMs + 5_000);
  });

  it('is ours before the first answer, and passes over what is no date', () => {
    const { clock, server } = clocks();
    server.observe(undefined, clock.monotonicMs());
    server.observe('soon', clock.monotonicMs());
    assert.equal(server.nowMs(), clock.nowMs());
  });
});
