import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settledWithin } from '../../shared/clock.ts';
import { manualClock } from '../helpers/manual-clock.ts';

describe('work that is given some time', () => {
  it('is over when it ends, well or badly, and leaves no timer', async () => {
    const clock = manualClock();
    await settledWithin(clock, 1000, Promise.resolve());
    await settledWithin(clock, 1000, Promise.reject(new Error('in vain')));
    assert.deepEqual(clock.pending(), []);
  });

  it('is waited for no longer than that', async () => {
    const clock = manualClock();
    const over = settledWithin(clock, 1000, new Promise(() => {}));
    clock.advance(1000);
    await over;
  });
});
