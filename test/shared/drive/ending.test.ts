import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Ending } from '../../../shared/drive/ending.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

function endingWith(halt: () => Promise<unknown>) {
  const clock = manualClock();
  const ending = new Ending<string>({ clock, halt });
  const ended = ending.ended.then(
    (end) => end,
    (error: Error) => `failed: ${error.message}`,
  );
  return { clock, ending, ended };
}

describe('the end of a driver', () => {
  it('sends nothing more first, and takes the answers under way', async () => {
    const order: string[] = [];
    const answers = Promise.withResolvers<void>();
    const { ending, ended } = endingWith(() => {
      order.push('halted');
      return answers.promise.then(() => order.push('answered'));
    });
    ending.stop(() => {
      order.push('concluded');
      return 'first';
    });
    assert.deepEqual(order, ['halted'], 'before anything else can happen');
    ending.stop(() => 'second');
    answers.resolve();
    assert.equal(await ended, 'first');
    assert.deepEqual(order, ['halted', 'answered', 'concluded']);
  });

  it('does not wait for answers that never come', async () => {
    const { clock, ending, ended } = endingWith(() => new Promise(() => {}));
    ending.stop(() => 'end');
    clock.advance(3_000);
    assert.equal(await ended, 'end');
  });

  it('settles also when something fails on the way', async () => {
    const broken = [
      endingWith(() => {
        throw new Error('halt');
      }),
      endingWith(() => Promise.reject(new Error('an answer'))),
      endingWith(() => Promise.resolve()),
    ];
    for (const { ending } of broken.slice(0, 2)) ending.stop(() => 'end');
    broken[2]?.ending.stop(() => {
      throw new Error('conclusion');
    });
    const ends = await Promise.all(broken.map(({ ended }) => ended));
    assert.deepEqual(ends, ['failed: halt', 'end', 'failed: conclusion']);
  });

  it('is the error that nobody expected, also in the middle of an orderly end', async () => {
    const answers = Promise.withResolvers<void>();
    const { ending, ended } = endingWith(() => answers.promise);
    ending.stop(() => 'end');
    ending.guard(() => {
      throw new Error('a bug');
    });
    ending.fail(new Error('another'));
    answers.resolve();
    await turn();
    assert.equal(await ended, 'failed: a bug');
  });
});
