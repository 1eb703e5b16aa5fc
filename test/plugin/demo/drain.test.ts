import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';
import { drainLines, linesOf } from '../../helpers/drain-run.ts';

describe('kubectl zone demo drain', () => {
  it('drains the old half of the nodes of its own cluster, zone by zone, and ends by itself', async () => {
    const { context, stdout, stderr } = testContext({});
    const words = ['demo', 'drain', '--pods', '2', '--zones', '2', '-o', 'json'];
    assert.equal(await main(words, context), 0, stderr.text);
    assert.match(stderr.text, /the same as "kubectl zone drain -l pool=old" on any cluster/);
    const lines = drainLines(stdout.text);
    assert.deepEqual(
      linesOf(lines, 'started').map(({ zones, pods }) => ({ zones, pods })),
      [
        {
          zones: ['zone-a', 'zone-b'].map((zone) => ({
            zone,
            nodes: [1, 3, 5].map((number) => `${zone}-node-${number}`),
          })),
          pods: 2,
        },
      ],
    );
    assert.deepEqual(
      linesOf(lines, 'zone-finished').map(({ zone, pods }) => ({ zone, pods })),
      [
        { zone: 'zone-a', pods: 1 },
        { zone: 'zone-b', pods: 1 },
      ],
    );
    const finished = lines.at(-1);
    assert.ok(finished?.type === 'finished');
    assert.equal(finished.outcome, 'done');
    assert.equal(finished.summary.podsEvicted, 2);
    assert.equal(finished.summary.zonesDownTogether, 0);
  });

  it('can be interrupted before the pods are there, and leaves nothing behind', async () => {
    const { context, stdout, stderr, interrupt } = testContext({});
    const ended = main(['demo', 'drain', '--pods', '6', '-o', 'json'], context);
    await stderr.matches(/starting a cluster of 3 zones/);
    interrupt();
    assert.equal(await ended, 130, stderr.text);
    assert.match(stderr.text, /interrupted; the cluster of the demo was removed/);
    assert.equal(stdout.text, '');
  });
});
