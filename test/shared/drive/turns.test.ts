import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Turns } from '../../../shared/drive/turns.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

/** A turn that ends when it is told to, and a record of how many have begun. */
function heldTurns() {
  const clock = manualClock();
  const errors: unknown[] = [];
  let begun = 0;
  let end: (goesOn: boolean) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const turns = new Turns({
    clock,
    turn() {
      begun += 1;
      const { promise, resolve, reject } = Promise.withResolvers<boolean>();
      end = resolve;
      fail = reject;
      return promise;
    },
    onError: (error) => errors.push(error),
    onFatal: (error) => errors.push(error),
  });
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    turns,
    errors,
    begun: () => begun,
    async end(goesOn = false) {
      end(goesOn);
      await settled();
    },
    async fail(error: Error) {
      fail(error);
      await settled();
    },
  };
}

describe('Turns', () => {
  it('never runs two turns at once, and loses no wake', async () => {
    const held = heldTurns();
    for (let count = 0; count < 3; count += 1) held.turns.wake();
    assert.equal(held.begun(), 1);
    held.turns.wake();
    await held.end();
    assert.equal(held.begun(), 2, 'what came in mid-turn was forgotten');
    await held.end();
    assert.equal(held.begun(), 2);
    held.turns.wake();
    assert.equal(held.begun(), 3);
  });

  it('goes on at once with what a turn has begun', async () => {
    const held = heldTurns();
    held.turns.wake();
    await held.end(true);
    assert.equal(held.begun(), 2);
  });

  it('rests after a long turn, but not before going on with it', async () => {
    const held = heldTurns();
    held.turns.wake();
    held.turns.wake();
    held.clock.advance(5);
    await held.end();
    assert.equal(held.begun(), 1);
    assert.deepEqual(held.clock.pending(), [20]);
    held.clock.advance(20);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(held.begun(), 2);
    held.clock.advance(5);
    await held.end(true);
    assert.equal(held.begun(), 3);
  });

  it('looks again at the earliest time asked for, unless a turn comes before', async () => {
    const held = heldTurns();
    held.turns.wakeIn(3_000);
    held.turns.wakeIn(1_000);
    held.turns.wakeIn(2_000);
    held.clock.advance(999);
    assert.equal(held.begun(), 0);
    held.clock.advance(1);
    assert.equal(held.begun(), 1);
    await held.end();
    held.turns.wakeIn(1_000);
    held.turns.wake();
    await held.end();
    held.clock.advance(1_000);
    assert.equal(held.begun(), 2);
  });

  it('looks again in time whatever the machine is set to meanwhile', () => {
    const held = heldTurns();
    held.turns.wakeIn(3_000);
    held.clock.setWall(3_600_000);
    held.turns.wakeIn(1_000);
    held.clock.advance(1_000);
    assert.equal(held.begun(), 1);
  });

  it('hands errors over and goes on', async () => {
    const held = heldTurns();
    held.turns.wake();
    await held.fail(new Error('no'));
    assert.equal(held.errors.length, 1);
    held.turns.wake();
    assert.equal(held.begun(), 2);
  });

  it('begins nothing after its end', async () => {
    const held = heldTurns();
    held.turns.wakeIn(1_000);
    held.turns.wake();
    held.turns.wake();
    held.turns.end();
    await held.end();
    held.turns.wake();
    held.clock.advance(2_000);
    assert.equal(held.begun(), 1);
    assert.deepEqual(held.clock.pending(), []);
  });
});
