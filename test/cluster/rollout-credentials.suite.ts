import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { dump, load } from 'js-yaml';
import { runInProcess } from '../helpers/context.ts';
import { type PluginRun, untilEvent } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace } from './fixtures.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'credentials';
const API_VERSION = 'client.authentication.k8s.io/v1';

interface Config {
  users: { user: Record<string, unknown> }[];
}

/** Credentials that are away for a while in the middle of a rollout. */
export function rolloutCredentialsSuite(factory: ClusterFactory): void {
  describe('rollout: credentials', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let folder: string;
    const runs: PluginRun[] = [];

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      folder = await mkdtemp(join(tmpdir(), 'credentials-'));
    });
    after(async () => {
      for (const run of runs) run.interrupt();
      await bench.close();
      await cluster.stop();
      await rm(folder, { recursive: true });
    });

    /** The cluster's kubeconfig by a credential plugin, whose credential has expired as soon as it is given. */
    async function withPlugin(): Promise<string> {
      const config = load(await readFile(cluster.kubeconfigPath, 'utf8')) as Config;
      const [entry = assert.fail('no user')] = config.users;
      const { token, ...certificate } = entry.user;
      const status = {
        expirationTimestamp: '2001-01-01T00:00:00Z',
        token,
        clientCertificateData: decoded(certificate['client-certificate-data']),
        clientKeyData: decoded(certificate['client-key-data']),
      };
      const credential = { apiVersion: API_VERSION, kind: 'ExecCredential', status };
      await writeFile(join(folder, 'credential.json'), JSON.stringify(credential));
      const login = `#!/bin/sh
[ ! -e "${folder}/away" ] || { echo "the identity provider is away" >&2; exit 1; }
cat "${folder}/credential.json"
`;
      await writeFile(join(folder, 'login'), login);
      await chmod(join(folder, 'login'), 0o755);
      entry.user = { exec: { apiVersion: API_VERSION, command: './login', interactiveMode: 'Never' } };
      const path = join(folder, 'kubeconfig');
      await writeFile(path, dump(config));
      return path;
    }

    /** Runs a rollout, and takes its credentials away from the first wave until it has said so. */
    async function outlive(words: readonly string[]) {
      const away = join(folder, 'away');
      const run = runInProcess(await withPlugin(), words);
      runs.push(run);
      await untilEvent(run, ({ type }) => type === 'pod-evicted');
      await writeFile(away, '');
      const said = await untilEvent(run, ({ reason, message }) =>
        /the identity provider is away/.test(`${reason} ${message}`),
      );
      assert.match(
        `${said.reason} ${said.message}`,
        /the credential plugin \.\/login failed with exit code 1: the identity provider is away/,
      );
      await rm(away);
      return ended(run, 0);
    }

    it('a StatefulSet is rolled out to its end when they are back', async () => {
      await bench.stale({ name: 'web', replicas: 6 });
      const witness = await bench.witness('web');
      await outlive(bench.words('web', '--max-unavailable=1'));
      await assertOneZoneAtATime(witness, 1);
      const lease = await bench.lease('web');
      assert.deepEqual([lease?.holder, lease?.state], ['', 'done']);
    });

    it('a Deployment is rolled out to its end, and is left as it was found', async () => {
      await cluster.apply(deployment({ name: 'api', namespace: NAMESPACE, replicas: 6 }));
      await cluster.waitReady('Deployment', 'api', NAMESPACE);
      const spec = () =>
        bench.kubectl(
          'get',
          'deploy',
          'api',
          '-o',
          'jsonpath={.spec.paused} {.spec.strategy} {.spec.minReadySeconds}',
        );
      const before = await spec();
      const words = ['rollout', 'deploy/api', '-n', NAMESPACE, '-o', 'json', '--yes', '--max-unavailable=1'];
      await outlive([...words, '--image', 'main=app:v2']);
      assert.equal(await spec(), before);
    });
  });
}

function decoded(base64: unknown): string | undefined {
  return typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString() : undefined;
}
