import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';

/** Runs a command line that must fail before it connects. */
async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const { context, stdout, stderr } = testContext({});
  const code = await main(line.split(' '), { ...context, connect: async () => assert.fail('it connected') });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('the command line of kubectl zone check', () => {
  for (const [line, complaint] of [
    ['check -o csv', /--output: "csv" is not one of wide, json, yaml/],
    ['check job/a', /"job" cannot be checked/],
    ['check sts', /"sts" needs a name: sts\/NAME/],
    ['check sts/a -A', /names cannot be combined with -l or -A/],
    ['check sts/a -l a=b', /names cannot be combined with -l or -A/],
    ['check -f a.yaml sts/a', /-f checks all workloads of the files/],
    ['check -f a.yaml --fix --yes', /-f checks without a cluster/],
    ['check -f a.yaml --fix --dry-run=server', /-f checks without a cluster/],
    ['check --yes', /--yes and --dry-run require --fix/],
    ['check --dry-run=server', /--yes and --dry-run require --fix/],
    ['check --fix --dry-run=maybe', /"maybe" is not one of client, server/],
    ['check -f', /-f needs a file/],
  ] as const) {
    it(`refuses: ${line}`, async () => {
      const { code, stdout, stderr } = await run(line);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, complaint);
    });
  }

  it('reads stdin without a cluster', async () => {
    const { code, stderr } = await run('check -f -');
    assert.equal(code, 1);
    assert.match(stderr, /no StatefulSet and no Deployment in -/);
  });
});
