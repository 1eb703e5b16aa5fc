import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decodeStrategy,
  encodeStrategy,
  type UpdateStrategy,
} from '../../../../shared/rollout/drive/strategy.ts';

describe('the update strategy that a Lease keeps', () => {
  it('is read as it was written', () => {
    const strategies: UpdateStrategy[] = [
      { type: 'OnDelete' },
      { type: 'RollingUpdate', rollingUpdate: { partition: 3, maxUnavailable: '25%' } },
      { type: 'RollingUpdate', rollingUpdate: {} },
    ];
    for (const strategy of strategies) {
      assert.deepEqual(decodeStrategy(encodeStrategy(strategy)), strategy);
    }
  });

  it('is not guessed from what nobody wrote', () => {
    const texts = [
      undefined,
      '',
      'RollingUpdate',
      'null',
      '[]',
      '{"type":1}',
      '{"type":"RollingUpdate"',
      '{}',
    ];
    for (const text of texts) assert.equal(decodeStrategy(text), undefined, String(text));
    const strange = '{"type":"RollingUpdate","rollingUpdate":{"partition":"all"}}';
    assert.equal(decodeStrategy(strange), undefined);
  });
});
