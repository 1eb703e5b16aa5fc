import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UsageError } from '../../../plugin/cli/errors.ts';
import { parseTarget } from '../../../plugin/cli/target.ts';

describe('naming a workload', () => {
  it('takes TYPE/NAME and TYPE NAME, in any of kubectl spellings', () => {
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

  it('refuses everything else, and says how to write it', () => {
    const refused: [string[], RegExp][] = [
      [[], /does not name a workload/],
      [['ingester'], /does not name a workload/],
      [['sts/'], /does not name a workload/],
      [['/ingester'], /does not name a workload/],
      [['sts/a/b'], /does not name a workload/],
      [['sts', 'a', 'b'], /does not name a workload/],
      [['sts/a', 'sts/b'], /one workload at a time, but 2 were named/],
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
