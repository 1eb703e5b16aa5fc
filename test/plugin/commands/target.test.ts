import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTarget } from '../../../plugin/commands/target.ts';
import { UsageError } from '../../../plugin/errors.ts';

describe('naming a workload', () => {
  it('takes TYPE/NAME and TYPE NAME, in any of kubectl spellings', () => {
    const expected = { kind: 'statefulset', name: 'ingester' };
    for (const kind of [
      'sts',
      'statefulset',
      'statefulsets',
      'StatefulSet',
      'statefulsets.apps',
      'statefulsets.v1.apps',
    ]) {
      assert.deepEqual(parseTarget([`${kind}/ingester`]), expected);
      assert.deepEqual(parseTarget([kind, 'ingester']), expected);
    }
  });

  it('refuses everything else, and says how to write it', () => {
    const refused: [string[], RegExp][] = [
      [[], /does not name a workload/],
      [['ingester'], /does not name a workload/],
      [['sts/'], /does not name a workload/],
      [['/ingester'], /does not name a workload/],
      [['sts/a/b'], /does not name a workload/],
      [['sts', 'a', 'b'], /does not name a workload/],
      [['sts/a', 'sts/b'], /one workload at a time, but 2 were named/],
      [['deploy/web'], /"deploy" cannot be rolled out zone by zone: only StatefulSets can/],
      [['pod', 'x'], /"pod" cannot be rolled out/],
    ];
    for (const [words, message] of refused) {
      assert.throws(
        () => parseTarget(words),
        (error) => error instanceof UsageError && message.test(error.message),
        words.join(' '),
      );
    }
  });
});
