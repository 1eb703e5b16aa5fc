import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildExecutable } from '../../../krew/executables/build.ts';
import { RUNTIMES } from '../../../krew/executables/pins.ts';
import { findNodes } from '../../../krew/executables/runtimes.ts';
import { readRootPackage } from '../../../krew/package/npm-package.ts';
import { stageJavaScript } from '../../../krew/package/stage.ts';
import type { TestCluster } from '../../cluster/cluster.ts';
import { namespace, statefulSet } from '../../cluster/fixtures.ts';
import { type RolloutBench, rolloutBench } from '../../cluster/rollout-bench.ts';
import { sandboxCluster } from '../../cluster/sandbox-cluster.ts';
import { testAuthority } from '../../helpers/certificates.ts';
import { PLUGIN_PATH } from '../../helpers/plugin.ts';
import { openScreen } from '../../plugin/views/fixtures/screen.ts';
import { startCloudWatch } from '../../shared/gates/cloudwatch-server.ts';
import { type Ended, run, succeeded } from '../run.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NAMESPACE = 'executables';
const skip = !(process.platform === 'linux' && process.arch === 'x64') && 'only Linux on x64 builds them';

describe('a single executable', { skip }, () => {
  let work: string;
  let executable: string;
  /** Whether a second one had the same bytes. */
  let same: boolean;
  let cluster: TestCluster;
  let bench: RolloutBench;

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'executable-test-'));
    // Alone in its folder: whatever it needs is inside it.
    executable = join(await made('alone'), 'kubectl-zone');
    const javascriptDir = join(work, 'javascript');
    await stageJavaScript(javascriptDir, await readRootPackage(ROOT), { root: ROOT, thirdParty: '' });
    const nodes = await findNodes(RUNTIMES.linuxX64, join(ROOT, 'node_modules'), process.env);
    await buildExecutable(javascriptDir, { ...nodes, output: executable });
    const again = join(work, 'again');
    await buildExecutable(javascriptDir, { ...nodes, output: again });
    same = (await readFile(executable)).equals(await readFile(again));
    await rm(javascriptDir, { recursive: true });
    cluster = await sandboxCluster();
    await cluster.apply(namespace(NAMESPACE));
    bench = rolloutBench(cluster, NAMESPACE);
  });
  after(async () => {
    await bench?.close();
    await cluster?.stop();
    await rm(work, { recursive: true, force: true });
  });

  const made = async (name: string): Promise<string> => {
    const dir = join(work, name);
    await mkdir(dir);
    return dir;
  };
  const ran = (args: readonly string[], env: Record<string, string> = {}): Promise<Ended> =>
    run(executable, args, { PATH: process.env.PATH ?? '', KUBECONFIG: cluster.kubeconfigPath, ...env });

  it('has the same bytes when it is built again', () => {
    assert.ok(same);
  });

  it('needs no library that a small Debian does not have', async () => {
    const needed = succeeded(await run('ldd', [executable], { PATH: process.env.PATH ?? '' }));
    const names = needed.match(/\S+\.so\S*(?= =>)/g)?.sort();
    assert.deepEqual(names, [
      'libc.so.6',
      'libdl.so.2',
      'libgcc_s.so.1',
      'libm.so.6',
      'libpthread.so.0',
      'libstdc++.so.6',
    ]);
  });

  it('says the same as the JavaScript form', async () => {
    for (const args of [
      ['--help'],
      ['--version'],
      ['rollout', '--help'],
      ['rolout'],
      ['rollout', 'sts/none'],
    ]) {
      const env = { PATH: process.env.PATH ?? '', KUBECONFIG: cluster.kubeconfigPath };
      assert.deepEqual(await ran(args), await run(process.execPath, [PLUGIN_PATH, ...args], env));
    }
  });

  it('rolls out', async () => {
    await bench.stale({ name: 'rolled', replicas: 3 });
    const { code, stdout, stderr } = await ran([
      'rollout',
      'sts/rolled',
      '-n',
      NAMESPACE,
      '--yes',
      '-o',
      'json',
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"zonesDownTogether":0/);
  });

  it('draws on a terminal', async () => {
    await bench.stale({ name: 'drawn', replicas: 3 });
    await bench.apply({ name: 'drawn', replicas: 3, simulation: { start: '1h' }, image: 'app:v3' });
    const screen = openScreen({
      program: executable,
      args: ['rollout', 'sts/drawn', '-n', NAMESPACE],
      columns: 110,
      rows: 30,
      env: { KUBECONFIG: cluster.kubeconfigPath },
    });
    try {
      await screen.until('all zones', ({ everything }) =>
        /zone-a[\s\S]*zone-c/.test(everything().join('\n')),
      );
      screen.type('q');
      assert.equal(await screen.ended, 3);
    } finally {
      screen.kill();
    }
  });

  it('logs in with a credential plugin', async () => {
    const { users, ...rest } = JSON.parse(await readFile(cluster.kubeconfigPath, 'utf8'));
    const [{ name, user }] = users;
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: user.token },
    };
    const login = join(await made('login'), 'login');
    await writeFile(login, `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`);
    await chmod(login, 0o755);
    const exec = { apiVersion: credential.apiVersion, command: login, interactiveMode: 'Never' };
    const kubeconfig = join(work, 'login', 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify({ ...rest, users: [{ name, user: { exec } }] }));

    await cluster.apply(statefulSet({ name: 'seen', namespace: NAMESPACE, replicas: 3 }));
    const { code, stderr } = await ran(['rollout', 'status', 'sts/seen', '-n', NAMESPACE], {
      KUBECONFIG: kubeconfig,
    });
    assert.equal(code, 0, stderr);
  });

  it('asks CloudWatch, whose client is loaded only then', async () => {
    const cloudWatch = await startCloudWatch([{ AlarmName: 'store-errors', StateValue: 'OK' }]);
    try {
      await bench.stale({ name: 'alarmed', replicas: 3 });
      const { code, stderr } = await ran(
        [
          'rollout',
          'sts/alarmed',
          '-n',
          NAMESPACE,
          '--yes',
          '--pause-alarm=misspelt',
          `--alarm-endpoint=${cloudWatch.url}`,
        ],
        { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_REGION: 'eu-west-1' },
      );
      assert.equal(code, 1);
      assert.match(stderr, /CloudWatch has no alarm named misspelt in eu-west-1/);
    } finally {
      await cloudWatch.close();
    }
  });

  it('trusts the authorities in NODE_EXTRA_CA_CERTS', async () => {
    const authority = await testAuthority();
    const ca = join(await made('authority'), 'ca.pem');
    await writeFile(ca, authority.ca);
    const server = createServer(authority.server, (_, response) => response.end('open')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      await bench.stale({ name: 'gated', replicas: 3 });
      const gated = [
        'rollout',
        'sts/gated',
        '-n',
        NAMESPACE,
        '--yes',
        `--gate-http=https://127.0.0.1:${port}/`,
      ];
      const { code, stderr } = await ran(gated, { NODE_EXTRA_CA_CERTS: ca });
      assert.equal(code, 0, stderr);
    } finally {
      server.close();
    }
  });

  it('does not take options that are meant for Node', async () => {
    assert.equal((await ran(['--version'], { NODE_OPTIONS: '--require ./missing.js' })).code, 0);
    assert.match((await ran(['--eval', '1'])).stderr, /unknown|Name a command/i);
  });
});
