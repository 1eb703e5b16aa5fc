import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { main } from '../../../plugin/main.ts';
import { testContext } from '../../helpers/context.ts';

async function run(...argv: string[]) {
  const { context, stdout, stderr } = testContext({ KUBECONFIG: '/nowhere/kubeconfig' });
  const code = await main(argv, context);
  return { code, stdout: stdout.text, stderr: stderr.text };
}

describe('kubectl zone install', () => {
  it('prints manifests without a cluster', async () => {
    const { code, stdout, stderr } = await run('install', '--dry-run=client', '-o', 'yaml', '--image', 'x:7');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^apiVersion: v1\nkind: Namespace\n/);
    assert.match(stdout, /^ +image: x:7$/m);
    const names = await run('install', '--dry-run=client', '--without-webhook');
    assert.match(
      names.stdout,
      /^customresourcedefinition\.apiextensions\.k8s\.io\/zone\S+ created \(dry run\)$/m,
    );
    assert.doesNotMatch(names.stdout, /deployment/);
  });

  it('explains why it needs an image, and how to get one', async () => {
    const { code, stderr } = await run('install', '--dry-run=client', '-o', 'yaml');
    assert.equal(code, 1);
    assert.match(
      stderr,
      /this build has no published webhook image[\s\S]*Containerfile[\s\S]*--without-webhook/,
    );
  });

  it('refuses flags that cannot be combined', async () => {
    const cases: [string[], RegExp][] = [
      [['-n', 'elsewhere'], /always installed in the namespace kubectl-zone-system/],
      [['-o', 'yaml'], /-o only prints manifests/],
      [
        ['--without-webhook', '--image', 'x'],
        /--image and --replicas cannot be combined with --without-webhook/,
      ],
      [['--replicas', '0', '--image', 'x'], /--replicas: "0" is not a number from 1 to 999/],
      [['--dry-run=maybe'], /--dry-run: "maybe" is not one of client, server/],
      [['--dry-run=client', '--image', ''], /--image: "" is not an image/],
      [['--timeout', 'soon'], /--timeout: "soon" is not a duration/],
    ];
    for (const [argv, message] of cases) {
      const { code, stderr } = await run('install', ...argv);
      assert.equal(code, 2, `${argv.join(' ')}: ${stderr}`);
      assert.match(stderr, message);
    }
  });
});

describe('kubectl zone version', () => {
  it('shows the client version without a cluster', async () => {
    const { code, stdout } = await run('version', '--client');
    assert.equal(code, 0);
    assert.match(stdout, /^Client: +\S+ \(JavaScript, Node v\S+, \w+\/\w+\)\n$/);
  });

  it('shows the client version also if the cluster cannot be reached, with exit code 1', async () => {
    const { code, stdout, stderr } = await run('version', '-o', 'json');
    assert.equal(code, 1);
    assert.equal(JSON.parse(stdout).client.node, process.version);
    assert.match(stderr, /^error: there is no kubeconfig/);
    const unreachable = await run('version', '--server', 'https://127.0.0.1:1');
    assert.equal(unreachable.code, 1);
    assert.match(unreachable.stdout, /^Client: /);
    assert.match(unreachable.stderr, /^error: /);
  });
});
