import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ANNOTATION } from '../../../../shared/rollout/drive/annotations.ts';
import {
  noteStrategies,
  readStrategies,
  type UpdateStrategy,
} from '../../../../shared/rollout/drive/strategy.ts';

const ONE = { kind: 'statefulset', name: 'store' } as const;
const GROUP = { kind: 'group', name: 'ingester' } as const;

function annotations(...args: Parameters<typeof noteStrategies>): Record<string, string> {
  const kept = Object.entries(noteStrategies(...args)).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as Record<string, string>;
}

describe('the update strategies that a Lease keeps', () => {
  const strategies: UpdateStrategy[] = [
    { type: 'OnDelete' },
    { type: 'RollingUpdate', rollingUpdate: { partition: 3, maxUnavailable: '25%' } },
    { type: 'RollingUpdate', rollingUpdate: {} },
  ];

  it('are read as they were written, of one StatefulSet in the format of earlier releases', () => {
    for (const strategy of strategies) {
      const written = annotations(ONE, new Map([['store', strategy]]));
      assert.equal(written[ANNOTATION.strategyBefore], JSON.stringify(strategy));
      assert.deepEqual(readStrategies(ONE, written).get('store'), strategy);
    }
    const several = new Map(strategies.map((strategy, index) => [`zone-${index}`, strategy]));
    assert.deepEqual(readStrategies(GROUP, annotations(GROUP, several)), several);
  });

  it('are removed when there are none', () => {
    assert.deepEqual(noteStrategies(ONE, new Map()), { [ANNOTATION.strategyBefore]: null });
    assert.deepEqual(noteStrategies(GROUP, new Map()), { [ANNOTATION.strategiesBefore]: null });
    assert.equal(readStrategies(GROUP, {}).size, 0);
  });

  it('are not guessed from what nobody wrote', () => {
    const texts = ['', 'RollingUpdate', 'null', '[]', '{"type":1}', '{"type":"RollingUpdate"', '{}'];
    const strange = '{"type":"RollingUpdate","rollingUpdate":{"partition":"all"}}';
    for (const text of [...texts, strange]) {
      assert.equal(readStrategies(ONE, { [ANNOTATION.strategyBefore]: text }).size, 0, text);
      assert.equal(readStrategies(GROUP, { [ANNOTATION.strategiesBefore]: `{"a":${text}}` }).size, 0, text);
    }
  });
});
