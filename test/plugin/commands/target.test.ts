import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { parseTarget } from '../../../plugin/cli/target.ts';

describe('naming a workload', () => {
  it('accepts TYPE/NAME and TYPE NAME, in all of kubectl’s spellings', () => {
    const spellings = {
      statefulset: [
        'sts',
        'statefulset',
        'statefulsets',
        'StatefulSet',
        'statefulsets.apps',
        'statefulsets.v1.apps',
      ],
      deployment: [
        'deploy',
        'deployment',
        'deployments',
        'Deployment',
        'deployments.apps',
        'deployments.v1.apps',
      ],
    };
    for (const [kind, words] of Object.entries(spellings)) {
      for (const word of words) {
        assert.deepEqual(parseTarget([`${word}/ingester`]), { kind, name: 'ingester' });
        assert.deepEqual(parseTarget([word, 'ingester']), { kind, name: 'ingester' });
      }
    }
  });

  it('refuses everything else, and shows the correct form', () => {
    const refused: [string[], RegExp][] = [
      [[], /name a workload, for example sts\/ingester/],
      [['ingester'], /"ingester" needs a type: sts\/ingester or deploy\/ingester/],
      [['sts'], /"sts" needs a name: sts\/NAME/],
      [['sts/'], /"sts\/" is not a workload/],
      [['/ingester'], /"\/ingester" is not a workload/],
      [['sts/a/b'], /"sts\/a\/b" is not a workload/],
      [['sts', 'a', 'b'], /"sts a b" is not a workload/],
      [['sts/a', 'sts/b'], /only one workload can be named, not 2/],
      [['ds/web'], /"ds" cannot be rolled out zone by zone: only StatefulSets and Deployments can/],
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
