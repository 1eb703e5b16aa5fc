import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createBatches } from '../../../webhook/admission/batches.ts';

/** Batches that end when the test says so. */
function world() {
  const runs: { key: string; items: readonly number[]; end: () => void }[] = [];
  const batches = createBatches<number>((key, items) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    runs.push({ key, items, end: resolve });
    return promise;
  });
  return { batches, runs, decided: () => runs.map(({ items }) => items) };
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
});
