import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../plugin/main.ts';
import { testContext } from '../helpers/context.ts';

async function run(...argv: string[]) {
  const { context, stdout, stderr } = testContext({ KUBECONFIG: '/nowhere/kubeconfig' });
  const code = await main(argv, context);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('the command line', () => {
  it('shows help on stdout, under the name that kubectl gives it', async () => {
    const { code, stdout, stderr } = await run('--help');
    assert.equal(code, 0);
    assert.equal(stderr, '');
    assert.match(stdout, /^kubectl zone <command>/);
    assert.match(stdout, /kubectl zone rollout <target\.\.>/);
    assert.match(stdout, /kubectl zone demo \[what\]/);
  });

  it('shows the same help when nothing is said', async () => {
    assert.deepEqual(await run(), await run('--help'));
  });

  it('shows the help of a command after help, as kubectl does', async () => {
    assert.deepEqual(await run('help'), await run('--help'));
    assert.deepEqual(await run('help', 'rollout'), await run('rollout', '--help'));
    assert.deepEqual(await run('help', 'rollout', 'status'), await run('rollout', 'status', '--help'));
  });

  it('explains each flag of a command, and gives examples', async () => {
    const { code, stdout } = await run('rollout', '--help');
    assert.equal(code, 0);
    for (const flag of [
      '--max-unavailable',
      '--exponential-factor',
      '--pacing',
      '--zone-order',
      '--soak',
      '--min-ready',
      '--replace-unready',
      '--disable-eviction',
      '--timeout',
      '--yes',
      '--output',
      '--namespace',
      '--context',
      '--kubeconfig',
      '--as',
    ]) {
      assert.ok(stdout.includes(flag), flag);
    }
    assert.match(stdout, /kubectl zone rollout sts\/ingester --dry-run=client/);
  });

  it('answers wrong usage with exit code 2 and nothing on stdout', async () => {
    const cases: [string[], RegExp][] = [
      [['--context', 'x'], /^error: Name a command\./],
      [['rolout', 'sts/x'], /Did you mean rollout\?/],
      [['rollout'], /name a workload, for example sts\/ingester/],
      [
        ['rollout', 'sts/x', '--max-unavail', '3'],
        /^error: unknown flag --max-unavail\. Did you mean --max-unavailable\?\n {2}kubectl zone rollout --help lists/,
      ],
      [['rollout', 'status', 'sts/x', '--wach'], /--wach\. Did you mean --watch\?\n.*rollout status --help/],
      // Another command's flag is no suggestion.
      [['plan', 'sts/x', '--wach'], /unknown flag --wach\.\n/],
      [
        ['rollout', 'staus', 'sts/x'],
        /unknown command "staus" of kubectl zone rollout\. Did you mean status\?/,
      ],
      [['demo', 'rollout', 'more'], /unexpected argument "more"/],
      [['budget', 'create', 'x', '--for', 'sts/x'], /--max-unavailable is required\n.*budget create --help/],
      [['help', 'rolout'], /unknown command "rolout"\. Did you mean rollout\?/],
      [['rollout', 'sts/x', '--max-unavailable', 'many'], /--max-unavailable: "many" is neither/],
      [['rollout', 'sts/x', '--max-unavailable', '0'], /--max-unavailable: 0 would never replace a pod/],
      [
        ['rollout', 'sts/x', '--exponential-factor', '0.5'],
        /--exponential-factor: 0\.5 would shrink the waves/,
      ],
      [['rollout', 'sts/x', '--pacing', 'fast'], /--pacing: "fast" is not one of wave, stream/],
      [['rollout', 'sts/x', '--zone-order', 'a,b,a'], /--zone-order: a is listed twice/],
      [['rollout', 'sts/x', '--soak', '5'], /--soak: "5" is not a duration/],
      [['rollout', 'sts/x', '--timeout', 'soon'], /--timeout: "soon" is not a duration/],
      [['rollout', 'sts/x', '--dry-run', 'maybe'], /--dry-run: "maybe" is not one of client, server/],
      [['rollout', 'sts/x', '-o', 'csv'], /--output: "csv" is not one of plain, json, yaml/],
      [['rollout', 'ds/x'], /cannot be rolled out zone by zone/],
      [['demo', 'magic'], /unknown demo "magic"/],
      [['demo', '--pods', '0'], /--pods: 0 is not a whole number/],
    ];
    for (const [argv, message] of cases) {
      const { code, stdout, stderr } = await run(...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
  });

  it('says all that is wrong with the options at once', async () => {
    const { stderr } = await run('rollout', 'sts/x', '--max-unavailable', 'x', '--pacing', 'y');
    assert.match(stderr, /--max-unavailable: .*\n.*--pacing: /);
  });

  it('answers a missing kubeconfig with exit code 1 and what to do', async () => {
    const { code, stderr } = await run('rollout', 'sts/x');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: there is no kubeconfig: .*\/nowhere\/kubeconfig|^error: there is no kubeconfig/,
    );
  });
});
