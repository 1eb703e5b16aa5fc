import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createBatches } from '../../../webhook/admission/batches.ts';

/** An item whose run throws before there is a promise, and one that cannot even be answered. */
const THROWS = 66;
const FAILS_TWICE = 77;

/** Batches that end when the test says so. */
function world() {
  const runs: { key: string; items: readonly number[]; end: () => void; fail: (error: Error) => void }[] = [];
  const failed: { items: readonly number[]; error: unknown }[] = [];
  const batches = createBatches<number>({
    run(key, items) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      runs.push({ key, items, end: resolve, fail: reject });
      if (items.includes(THROWS)) throw new Error('thrown');
      return promise;
    },
    onFailure(_, items, error) {
      failed.push({ items, error });
      if (items.includes(FAILS_TWICE)) throw new Error('the answer fails, too');
    },
  });
  return { batches, runs, failed, decided: () => runs.map(({ items }) => items) };
}

describe('batches', () => {
  it('run together what arrives together, and keys apart', async () => {
    const { batches, runs } = world();
    batches.add('a', 1);
    batches.add('a', 2);
    batches.add('b', 3);
    await turn();
    assert.deepEqual(
      runs.map(({ key, items }) => [key, items]),
      [
        ['a', [1, 2]],
        ['b', [3]],
      ],
    );
  });

  it('gather what arrives while one is under way', async () => {
    const { batches, runs, decided } = world();
    batches.add('a', 1);
    await turn();
    batches.add('a', 2);
    batches.add('a', 3);
    await turn();
    assert.deepEqual(decided(), [[1]]);
    runs[0]?.end();
    await turn();
    assert.deepEqual(decided(), [[1], [2, 3]]);
  });

  for (const how of ['rejects', 'throws', 'cannot even be answered']) {
    it(`run what comes after a batch that ${how}`, async () => {
      const { batches, runs, failed, decided } = world();
      const first = { rejects: 1, throws: THROWS }[how] ?? FAILS_TWICE;
      batches.add('a', first);
      await turn();
      if (how !== 'throws') {
        batches.add('a', 2);
        runs[0]?.fail(new Error('unexpected'));
      }
      await turn();
      batches.add('a', 3);
      await turn();
      await turn();
      assert.deepEqual(failed[0]?.items, [first]);
      runs[1]?.end();
      await turn();
      await turn();
      assert.deepEqual(decided().flat(), how === 'throws' ? [first, 3] : [first, 2, 3]);
    });
  }
});
