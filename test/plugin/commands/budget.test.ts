import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePod } from '../../../plugin/cli/pod.ts';
import { main } from '../../../plugin/main.ts';
import type { ConnectOptions } from '../../../shared/kube/connect.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { type TestContext, testContext } from '../../helpers/context.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';

/** Runs a command line that must fail before it connects. */
async function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const test: TestContext = testContext({});
  const connect = async (_: ConnectOptions) => assert.fail('it connected');
  const code = await main(line.split(' '), { ...test.context, connect });
  return { code, stdout: test.stdout.text, stderr: test.stderr.text };
}

describe('kubectl zone budget', () => {
  for (const [line, complaint] of [
    ['budget -o csv', /--output: "csv" is not one of wide, json, yaml, name/],
    ['budget ingester -A', /a name cannot be combined with --all-namespaces/],
    ['budget ingester -l a=b', /a name cannot be combined with a selector/],
    ['budget -w -o name', /--watch does not support -o name/],
    ['budget a b', /unexpected argument "b"/],
    ['budget list', /there is no kubectl zone budget list\n {2}type: kubectl zone budget$/m],
    ['budget -A list', /there is no kubectl zone budget list\n {2}type: kubectl zone budget$/m],
    ['budget get a', /type: kubectl zone budget a$/m],
    ['budget describe a', /type: kubectl zone budget a -o wide$/m],
    ['budget delete a', /type: kubectl delete zdb a$/m],
    ['budget delete', /type: kubectl delete zdb NAME$/m],
    ['budget sts/ingester', /"sts\/ingester" is not the name of a zone disruption budget/],
    ['budget a -- b', /only one budget can be named/],
    ['budget zdb/', /"zdb\/" is not the name of a zone disruption budget/],
    ['budget explain', /name a pod, for example pod\/ingester-0/],
    ['budget explain sts/ingester', /"sts\/ingester" is not the name of a pod/],
    ['budget explain pod/a -w', /unknown flag -w/],
    ['budget create', /name the budget, for example ingester/],
    ['budget create a --for sts/a', /--max-unavailable is required/],
    ['budget create a --for sts/a --max-unavailable 200%', /200% is more than 100%/],
    ['budget create a --for job/a --max-unavailable 1', /"job" is not supported/],
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

  it('shows only the flags of each subcommand in its help', async () => {
    const list = await run('budget --help');
    assert.match(list.stdout, /kubectl zone budget explain <pod\.\.>/);
    assert.match(list.stdout, /--watch/);
    const explain = await run('budget explain --help');
    assert.match(explain.stdout, /^kubectl zone budget explain <pod\.\.>/);
    assert.doesNotMatch(explain.stdout, /--watch|Name of a budget/);
    assert.match((await run('budget create --help')).stdout, /--max-unavailable/);
  });

  it('shows budgets that are named like its subcommands', async () => {
    for (const [line, name] of [
      ['budget zdb/explain', 'explain'],
      ['budget ZoneDisruptionBudgets/create', 'create'],
      ['budget -- explain', 'explain'],
    ] as const) {
      const kube = fakeKube();
      const { context } = testContext({});
      await main(line.split(' '), { ...context, connect: async () => kube });
      assert.equal(kube.requests[0]?.path.split('/').at(-1), name, line);
    }
    assert.match((await run('budget --help')).stdout, /zdb\/explain,\s+or -- explain/);
  });

  it('shows all budgets if one cannot be read, with exit code 1', async () => {
    const path = '/apis/zonecontrol.k8s.aws/v1/namespaces/default/zonedisruptionbudgets';
    const listed = async (flags: string[], ...budgets: { name: string; spec: object }[]) => {
      const { context, stdout, stderr } = testContext({});
      const items = budgets.map(({ name, spec }) => ({ metadata: { name, namespace: 'default' }, spec }));
      const kube: Kube = {
        ...fakeKube(),
        request: async (request) => ({
          metadata: { resourceVersion: '7' },
          items: request.path === path ? items : [],
        }),
      };
      const code = await main(['budget', ...flags], { ...context, connect: async () => kube });
      return { code, stdout: stdout.text, stderr: stderr.text };
    };
    const good = { name: 'good', spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1 } };
    const bad = { name: 'bad', spec: { dryRun: 'yes' } };
    const both = await listed([], bad, good);
    assert.equal(both.code, 1);
    assert.match(
      both.stdout,
      /^bad .*<it cannot be read: spec.dryRun should be boolean; correct it: kubectl/m,
    );
    assert.match(both.stdout, /^good .* 1$/m);
    assert.equal((await listed([], good)).code, 0);
    const named = await listed(['-o', 'name'], bad, good);
    assert.equal(named.code, 1);
    assert.match(named.stdout, /\/bad\n.*\/good\n$/);
    assert.match(named.stderr, /^warning: budget default\/bad: it cannot be read: spec.dryRun/);
    const json = JSON.parse((await listed(['-o', 'json'], bad, good)).stdout);
    assert.deepEqual(
      json.items.map(({ name, malformed }: { name: string; malformed: boolean }) => [name, malformed]),
      [
        ['bad', true],
        ['good', false],
      ],
    );
  });

  it('reads pods as kubectl does', () => {
    for (const words of [['a'], ['pod/a'], ['pods/a'], ['po', 'a']]) assert.equal(parsePod(words), 'a');
    for (const words of [['pod/'], ['a', 'b'], ['pod', 'a', 'b'], ['pod/a/b']]) {
      assert.throws(() => parsePod(words), /is not the name of a pod/);
    }
  });
});
