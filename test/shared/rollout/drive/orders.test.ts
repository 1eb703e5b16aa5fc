import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderText, readSteering } from '../../../../shared/rollout/drive/orders.ts';

const PAUSED = 'kubectl-zone.dev/paused';
const ORDER = { by: 'ann@laptop', at: '2026-03-01T12:00:00Z', reason: 'the store is slow' };

describe('the orders that a Lease keeps', () => {
  it('are read as they were written', () => {
    const { paused, aborted, undone, maxUnavailable } = readSteering({ [PAUSED]: orderText(ORDER) });
    assert.deepEqual(paused, ORDER);
    assert.deepEqual([aborted, undone, maxUnavailable], [undefined, undefined, undefined]);
  });

  it('hold also where they cannot be read, or not in full', () => {
    const somebody = { by: 'somebody', at: '', reason: '' };
    for (const text of ['', 'yes', 'null', '[]', '{}', '{"by":7,"reason":null}']) {
      assert.deepEqual(readSteering({ [PAUSED]: text }).paused, somebody, text);
    }
    assert.deepEqual(readSteering({ [PAUSED]: '{"by":"bob","at":1}' }).paused, { ...somebody, by: 'bob' });
  });

  it('are bounded, and a maxUnavailable that no command accepts is none', () => {
    const endless = JSON.stringify({
      by: 'b'.repeat(100_000),
      at: 'a'.repeat(100_000),
      reason: 'r'.repeat(100_000),
    });
    const { by, at, reason } = readSteering({ [PAUSED]: endless }).paused ?? {};
    assert.deepEqual([by?.length, at?.length, reason?.length], [256, 64, 1024]);
    for (const text of ['0', '0%', '-1', 'NaN', '1e308', '101%', '9'.repeat(400), '']) {
      const { maxUnavailable } = readSteering({ 'kubectl-zone.dev/max-unavailable': text });
      assert.equal(maxUnavailable, undefined, text);
    }
  });
});
