import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCheckTargets } from '../../../plugin/check/targets.ts';

const parsed = (...words: string[]) => parseCheckTargets(words).map(({ kind, name }) => `${kind}/${name}`);

describe('the workloads of a command line', () => {
  it('are any number of TYPE/NAME or TYPE NAME', () => {
    assert.deepEqual(parsed(), []);
    assert.deepEqual(parsed('sts/a', 'Deployment/b', 'deployments.v1.apps/c'), [
      'StatefulSet/a',
      'Deployment/b',
      'Deployment/c',
    ]);
    assert.deepEqual(parsed('deploy', 'a', 'b'), ['Deployment/a', 'Deployment/b']);
    assert.deepEqual(parsed('sts/a', 'statefulset.apps/a'), ['StatefulSet/a']);
  });

  it('are refused in any other form', () => {
    for (const words of [['sts/'], ['/a'], ['sts/a/b'], ['sts/a', 'b'], ['sts', 'a/b']]) {
      assert.throws(() => parseCheckTargets(words), /is not a workload/, words.join(' '));
    }
    assert.throws(() => parseCheckTargets(['sts']), /"sts" needs a name: sts\/NAME/);
    assert.throws(() => parseCheckTargets(['web']), /"web" needs a type: sts\/web or deploy\/web/);
    assert.throws(() => parseCheckTargets(['job/a']), /"job" cannot be checked/);
  });
});
