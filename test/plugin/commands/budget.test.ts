import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePod } from '../../../plugin/commands/pod.ts';
import { main } from '../../../plugin/main.ts';
import type { ConnectOptions } from '../../../shared/kube/connect.ts';
import { type TestContext, testContext } from '../../helpers/context.ts';

/** Runs a command line that must not get as far as the cluster. */
async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const test: TestContext = testContext({});
  const connect = async (_: ConnectOptions) => assert.fail('it connected');
  const code = await main(line.split(' '), { ...test.context, connect });
  return { code, stdout: test.stdout.text, stderr: test.stderr.text };
}

describe('kubectl zone budget', () => {
  for (const [line, complaint] of [
    ['budget -o csv', /--output: "csv" is not one of wide, json, yaml, name/],
    ['budget ingester -A', /by name in all namespaces/],
    ['budget ingester -l a=b', /a name and a selector do not go together/],
    ['budget -w -o yaml', /--watch does not go with -o yaml/],
    ['budget a b', /Unknown/],
    ['budget explain', /Not enough non-option arguments/],
    ['budget explain sts/ingester', /"sts\/ingester" does not name a pod/],
    ['budget explain pod/a -w', /Unknown argument/],
    ['budget create', /Not enough non-option arguments/],
    ['budget create a --for sts/a', /Missing required argument: max-unavailable/],
    ['budget create a --for sts/a --max-unavailable 200%', /200% is more than 100%/],
    ['budget create a --for job/a --max-unavailable 1', /"job" is not a kind of workload/],
    [
      'budget create a --for sts/a --max-unavailable 1 --dry-run=maybe',
      /"maybe" is not one of client, server/,
    ],
    [
      'budget create a --for sts/a --max-unavailable 1 --unhealthy-pod-eviction-policy Never',
      /"Never" is not one of AlwaysAllow, IfHealthyBudget/,
    ],
  ] as const) {
    it(`refuses: ${line}`, async () => {
      const { code, stdout, stderr } = await run(line);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, complaint);
    });
  }

  it('explains each verb with its own flags only', async () => {
    const list = await run('budget --help');
    assert.match(list.stdout, /kubectl zone budget explain <pod\.\.>/);
    assert.match(list.stdout, /--watch/);
    const explain = await run('budget explain --help');
    assert.match(explain.stdout, /^kubectl zone budget explain <pod\.\.>/);
    assert.doesNotMatch(explain.stdout, /--watch|Name of a budget/);
    assert.match((await run('budget create --help')).stdout, /--max-unavailable/);
  });

  it('reads pods as kubectl does', () => {
    for (const words of [['a'], ['pod/a'], ['pods/a'], ['po', 'a']]) assert.equal(parsePod(words), 'a');
    for (const words of [['pod/'], ['a', 'b'], ['pod', 'a', 'b'], ['pod/a/b']]) {
      assert.throws(() => parsePod(words), /does not name a pod/);
    }
  });
});
