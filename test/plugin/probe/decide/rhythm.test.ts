import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { beat, type Rhythm } from '../../../../plugin/probe/decide/rhythm.ts';
import fc from '../../../helpers/seed.ts';

const FROM: Rhythm = { startMs: 1_000_000, intervalMs: 100, next: 0 };

describe('rhythm', () => {
  it('begins at once, and makes up for what a busy process missed, by when it was due', () => {
    const first = beat(FROM, FROM.startMs);
    assert.deepEqual([first.dueMs, first.nextMs - FROM.startMs], [[FROM.startMs], 100]);
    const late = beat(first.rhythm, FROM.startMs + 345);
    assert.deepEqual(
      late.dueMs.map((atMs) => atMs - FROM.startMs),
      [100, 200, 300],
    );
    assert.equal(late.nextMs - FROM.startMs, 400);
  });

  it('skips what a stopped process missed, and counts it', () => {
    const { dueMs, skipped } = beat({ ...FROM, next: 1 }, FROM.startMs + 3_600_000);
    assert.deepEqual([dueMs.length, skipped], [51, 36_000 - 51]);
  });

  it('sends or skips each beat exactly once, however irregularly it is asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 50 }),
        (intervalMs, waits) => {
          let rhythm: Rhythm = { startMs: 5, intervalMs, next: 0 };
          let nowMs = 5;
          let done = 0;
          for (const waitMs of waits) {
            nowMs += waitMs;
            const now = beat(rhythm, nowMs);
            rhythm = now.rhythm;
            done += now.dueMs.length + now.skipped;
            assert.equal(done, Math.floor((nowMs - 5) / intervalMs) + 1);
            assert.ok(now.nextMs > nowMs && now.nextMs <= nowMs + intervalMs);
            assert.ok(now.dueMs.every((atMs) => atMs <= nowMs));
          }
        },
      ),
    );
  });
});
