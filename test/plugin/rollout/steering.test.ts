import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderText, readSteering } from '../../../plugin/rollout/steering.ts';

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
});
