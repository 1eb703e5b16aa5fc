import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EXIT } from '../../../plugin/cli/errors.ts';
import { runCommandLine } from '../../../plugin/cli/registry.ts';
import { drainCommand, drainRequest } from '../../../plugin/commands/drain.ts';
import type { DrainRequest } from '../../../plugin/drain/request.ts';
import { main } from '../../../plugin/main.ts';
import type { ConnectOptions } from '../../../shared/kube/connect.ts';
import { testContext } from '../../helpers/context.ts';

/** Runs a command line that must fail before it connects. */
async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const test = testContext({});
  const connect = async (_: ConnectOptions) => assert.fail('it connected');
  const code = await main(['drain', ...argv], { ...test.context, connect });
  return { code, stdout: test.stdout.text, stderr: test.stderr.text };
}

/** Parses a command line without running the command. */
async function request(...argv: string[]): Promise<Omit<DrainRequest, 'commandLine'>> {
  let made: Omit<DrainRequest, 'commandLine'> | undefined;
  const recorder = {
    ...drainCommand,
    run: async (args: Parameters<typeof drainRequest>[0]) => {
      made = drainRequest(args);
      return EXIT.done;
    },
  };
  await runCommandLine([recorder], ['drain', ...argv], testContext({}).context);
  assert.ok(made);
  return made;
}

describe('kubectl zone drain', () => {
  it('has the defaults of kubectl drain', async () => {
    const { connection, ...made } = await request('node-1');
    assert.deepEqual(made, {
      targets: { names: ['node-1'], selector: undefined, zones: [] },
      options: { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 300_000, ignoreBroken: [] },
      filters: {
        ignoreDaemonSets: false,
        deleteEmptyDirData: false,
        force: false,
        podSelector: undefined,
        skipWaitForDeleteMs: undefined,
      },
      removal: { disableEviction: false, gracePeriodSeconds: undefined },
      probe: undefined,
      timeoutMs: undefined,
      dryRun: undefined,
      output: undefined,
      uncordonOnFailure: false,
      yes: false,
    });
    assert.equal(connection.context, undefined);
  });

  it('reads every flag', async () => {
    const { connection, ...made } = await request(
      ...'--zone a --zone=b,c --zone-order c,b --max-nodes 2 --soak 1m --pending-timeout 0'.split(' '),
      ...'--ignore-daemonsets --delete-emptydir-data --force --grace-period 30'.split(' '),
      ...'--pod-selector app=x --disable-eviction --skip-wait-for-delete-timeout 20 --timeout 2h'.split(' '),
      ...'--dry-run=server --uncordon-on-failure -y -o json --context there'.split(' '),
    );
    assert.deepEqual(made, {
      targets: { names: [], selector: undefined, zones: ['a', 'b', 'c'] },
      options: { zoneOrder: ['c', 'b'], maxNodes: 2, soakMs: 60_000, pendingMs: 0, ignoreBroken: [] },
      filters: {
        ignoreDaemonSets: true,
        deleteEmptyDirData: true,
        force: true,
        podSelector: 'app=x',
        skipWaitForDeleteMs: 20_000,
      },
      removal: { disableEviction: true, gracePeriodSeconds: 30 },
      probe: undefined,
      timeoutMs: 7_200_000,
      dryRun: 'server',
      output: 'json',
      uncordonOnFailure: true,
      yes: true,
    });
    assert.equal(connection.context, 'there');
  });

  it('reads nodes by name, in any spelling, each once', async () => {
    const { targets } = await request('a', 'node/b', 'nodes/c', 'no/a', '--zone', 'z', 'd');
    assert.deepEqual(targets, { names: ['a', 'b', 'c', 'd'], selector: undefined, zones: ['z'] });
    assert.equal((await request('-l', 'pool in (old,older)')).targets.selector, 'pool in (old,older)');
  });

  it('reads times as kubectl drain does', async () => {
    const grace = async (text: string) =>
      (await request('n', `--grace-period=${text}`)).removal.gracePeriodSeconds;
    assert.equal(await grace('0'), 0);
    assert.equal(await grace('-5'), undefined);
    const skip = async (text: string) =>
      (await request('n', `--skip-wait-for-delete-timeout=${text}`)).filters.skipWaitForDeleteMs;
    assert.equal(await skip('0'), undefined);
    assert.equal(await skip('-1'), undefined);
    assert.equal(await skip('1m'), 60_000);
    assert.equal((await request('n', '--timeout', '0s')).timeoutMs, undefined);
    assert.equal((await request('n', '--grace-period', '-1')).removal.gracePeriodSeconds, undefined);
  });

  for (const [argv, complaint] of [
    [[], /no nodes are given\n.*--zone ZONE or -l SELECTOR/],
    [['sts/ingester'], /"sts\/ingester" is not the name of a node\n.*NAME or node\/NAME/],
    [['node/'], /"node\/" is not the name of a node/],
    [['a/b/c'], /"a\/b\/c" is not the name of a node/],
    [['n', '-l', 'a=b'], /names cannot be combined with -l/],
    [
      ['-l', 'a=b', '--zone', 'x', '--zone', 'y'],
      /-l cannot be combined with --zone.*\n.*-l 'a=b,topology\.kubernetes\.io\/zone in \(x,y\)'/,
    ],
    [['-l', ''], /an empty selector would match every node/],
    [['-l', 'a b'], /--selector: "a b" is not a label selector/],
    [['--zone', ''], /--zone: the zone is empty/],
    [['n', '--zone-order', 'a,b,a'], /--zone-order: a is listed twice/],
    [['n', '--max-nodes', '0'], /--max-nodes: "0" is not a whole number of 1 or more/],
    [['n', '--grace-period', '1m'], /--grace-period: "1m" is not a whole number\n/],
    [['n', '--soak', '5'], /--soak: "5" is not a duration/],
    [['n', '--pending-timeout', 'soon'], /--pending-timeout: "soon" is not a duration/],
    [['n', '--skip-wait-for-delete-timeout', 'x'], /--skip-wait-for-delete-timeout: "x" is not a duration/],
    [['n', '--pod-selector', '=x'], /--pod-selector: "=x" is not a label selector/],
    [['n', '--timeout', '5'], /--timeout: "5" is not a duration/],
    [['n', '--dry-run', 'maybe'], /--dry-run: "maybe" is not one of client, server/],
    [['n', '-o', 'csv'], /--output: "csv" is not one of plain, json, yaml/],
    [['n', '--delete-local-data'], /unknown flag --delete-local-data/],
  ] as const) {
    it(`refuses: ${argv.join(' ') || 'no arguments'}`, async () => {
      const { code, stdout, stderr } = await run(...argv);
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, complaint);
    });
  }

  it('reports all problems at once, each with its fix', async () => {
    const { stderr } = await run(
      'sts/x',
      '--soak',
      '5',
      '--max-nodes',
      '-1',
      '-o',
      'csv',
      '--pod-selector',
      '!',
    );
    assert.deepEqual(stderr.trimEnd().split('\n'), [
      'error: "sts/x" is not the name of a node; use NAME or node/NAME',
      '  --max-nodes: "-1" is not a whole number of 1 or more',
      '  --soak: "5" is not a duration; use kubectl’s syntax: 30s, 5m, 1h30m',
      '  --pod-selector: "!" is not a label selector such as app=ingester; use kubectl’s syntax: a=b,c!=d,e in (f,g),!h',
      '  --output: "csv" is not one of plain, json, yaml',
    ]);
  });

  it('is listed, and explains each flag', async () => {
    const test = testContext({});
    assert.equal(await main(['--help'], test.context), 0);
    assert.match(test.stdout.text, /kubectl zone drain \[node\.\.\]/);
    const { code, stdout } = await run('--help');
    assert.equal(code, 0);
    assert.match(stdout, /^kubectl zone drain \[node\.\.\]/);
    for (const flag of [...Object.keys(drainCommand.options), 'context', 'as']) {
      assert.ok(stdout.includes(`--${flag}`), flag);
    }
    assert.match(stdout, /kubectl zone drain -l pool=old --dry-run=client/);
  });
});
