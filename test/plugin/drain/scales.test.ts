import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { watchScales } from '../../../plugin/drain/scales.ts';
import type { ScaleRead } from '../../../shared/budget/decide/owners.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const REF = { apiVersion: 'example.org/v1', kind: 'Shard', name: 'x', uid: 'uid-x', namespace: 'cortex' };

describe('scales', () => {
  const setUp = () => {
    const clock = manualClock();
    let reads = 0;
    let changes = 0;
    let answer: ScaleRead = { kind: 'replicas', replicas: 3 };
    const scales = watchScales(
      async () => {
        reads += 1;
        return answer;
      },
      clock,
      () => {
        changes += 1;
      },
    );
    return {
      clock,
      scales,
      counts: () => ({ reads, changes }),
      setAnswer: (read: ScaleRead) => {
        answer = read;
      },
    };
  };

  it('are read once when they are asked for, and told when they are known', async () => {
    const { scales, counts } = setUp();
    assert.equal(scales.get(REF), undefined);
    assert.equal(scales.get(REF), undefined);
    await turn();
    assert.deepEqual(scales.get(REF), { kind: 'replicas', replicas: 3 });
    assert.deepEqual(counts(), { reads: 1, changes: 1 });
    scales.stop();
  });

  it('are read again while somebody asks, and told when they are others', async () => {
    const { scales, counts, clock, setAnswer } = setUp();
    for (const replicas of [3, 3, 5]) {
      setAnswer({ kind: 'replicas', replicas });
      scales.get(REF);
      clock.advance(10_000);
      await turn();
    }
    assert.deepEqual(scales.get(REF), { kind: 'replicas', replicas: 5 });
    assert.deepEqual(counts(), { reads: 3, changes: 2 });
    scales.stop();
  });

  it('are forgotten when nobody asks', async () => {
    const { scales, counts, clock } = setUp();
    scales.get(REF);
    await turn();
    clock.advance(60_000);
    assert.deepEqual(counts(), { reads: 1, changes: 1 });
    assert.deepEqual(clock.pending(), []);
  });

  it('leave no timer behind', async () => {
    const { scales, clock } = setUp();
    scales.get(REF);
    await turn();
    scales.stop();
    assert.deepEqual(clock.pending(), []);
  });
});
