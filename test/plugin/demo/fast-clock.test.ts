import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fastClock } from '../../../plugin/demo/fast-clock.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function clocks(factor: number) {
  const outer = manualClock(0);
  return { outer, fast: fastClock(outer, factor) };
}

describe('a fast clock', () => {
  it('runs as many times as fast as it is reported, from the present of the other one on', () => {
    const outer = manualClock(1_000);
    const fast = fastClock(outer, 30);
    assert.equal(fast.nowMs(), 1_000);
    outer.advance(2_000);
    assert.equal(fast.nowMs(), 61_000);
  });

  it('runs what is due in the order of time, and shows each its own time', () => {
    const { outer, fast } = clocks(30);
    const ran: [string, number][] = [];
    fast.schedule(250, () => ran.push(['second', fast.nowMs()]));
    fast.schedule(100, () => ran.push(['first', fast.nowMs()]));
    fast.schedule(301, () => ran.push(['later', fast.nowMs()]));
    outer.advance(10);
    assert.deepEqual(ran, [
      ['first', 100],
      ['second', 250],
    ]);
    assert.equal(fast.nowMs(), 300);
  });

  it('forgets what is cancelled, also by what runs in the same moment', () => {
    const { outer, fast } = clocks(30);
    const ran: string[] = [];
    const cancel = fast.schedule(200, () => ran.push('cancelled'));
    fast.schedule(100, () => {
      ran.push('cancels');
      cancel();
    });
    outer.advance(10);
    assert.deepEqual(ran, ['cancels']);
  });

  it('falls behind when the process was held up, and never leaps', () => {
    let wallMs = 0;
    let tick = () => {};
    const outer = {
      nowMs: () => wallMs,
      monotonicMs: () => wallMs,
      schedule(_delayMs: number, run: () => void) {
        tick = run;
        return () => {};
      },
    };
    const fast = fastClock(outer, 30);
    wallMs = 10_000;
    tick();
    assert.equal(fast.nowMs(), 500);
    wallMs = 10_010;
    tick();
    assert.equal(fast.nowMs(), 800);
    wallMs = 5_000;
    tick();
    assert.equal(fast.nowMs(), 800, 'the other clock was set back');
  });

  it('goes on when what it runs schedules itself without any delay', () => {
    const { outer, fast } = clocks(30);
    let runs = 0;
    const again = () => {
      runs += 1;
      fast.schedule(0, again);
    };
    again();
    outer.advance(100);
    assert.equal(runs, 11);
  });

  it('ends when it is stopped', () => {
    const { outer, fast } = clocks(30);
    fast.schedule(100, () => assert.fail('it was stopped'));
    fast.stop();
    outer.advance(100);
    assert.deepEqual(outer.pending(), []);
  });
});
