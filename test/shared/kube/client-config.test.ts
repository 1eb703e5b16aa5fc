import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { loadInCluster } from '../../../shared/kube/client-config.ts';
import { type ConnectOptions, connect } from '../../../shared/kube/connect.ts';
import { json, type KubeServer, startKubeServer, status } from '../../helpers/kube-server.ts';

/** client-node's KubeConfig reads the variables of the process, as those of a container. */
describe('a process in a pod', () => {
  let server: KubeServer;
  let root: string;
  let account: string;
  let accepted = 'first';
  const environment = { ...process.env };
  before(async () => {
    server = await startKubeServer({
      handle: ({ headers }, respond) =>
        headers.authorization === `Bearer ${accepted}`
          ? json(respond, 200, { headers })
          : status(respond, 401, 'Unauthorized'),
    });
    root = await mkdtemp(join(tmpdir(), 'in-cluster-'));
    account = join(root, 'var/run/secrets/kubernetes.io/serviceaccount');
    await mkdir(account, { recursive: true });
    await writeFile(join(account, 'token'), 'first\n');
    await writeFile(join(account, 'ca.crt'), server.authority.ca);
    await writeFile(join(account, 'namespace'), 'kubectl-zone\n');
    process.env.KUBERNETES_SERVICE_HOST = '127.0.0.1';
    process.env.KUBERNETES_SERVICE_PORT = String(server.port);
  });
  after(async () => {
    process.env = environment;
    await server.close();
    await rm(root, { recursive: true });
  });

  const open = (options: ConnectOptions = {}, env: Record<string, string | undefined> = process.env) =>
    connect(options, {
      ...{ env: { ...env, HOME: root, KUBECONFIG: undefined }, root, clock: systemClock, random: () => 0 },
      ...{ stderr: new PassThrough(), interactive: false, version: 'test' },
    });

  it('uses its service account, whose token is replaced in time', async () => {
    const kube = await open();
    try {
      assert.equal(kube.server, `https://127.0.0.1:${server.port}`);
      assert.equal(kube.namespace, 'kubectl-zone');
      assert.equal(kube.user, 'service account');
      await kube.request({ method: 'GET', path: '/whoami' });
      accepted = 'second';
      await writeFile(join(account, 'token'), 'second\n');
      await kube.request({ method: 'GET', path: '/whoami' });
    } finally {
      await kube.close();
    }
  });

  it('obeys the flags', async () => {
    const kube = await open({ namespace: 'cortex', as: 'jane' });
    try {
      assert.equal(kube.namespace, 'cortex');
      const answer = (await kube.request({ method: 'GET', path: '/whoami' })) as {
        headers: Record<string, string>;
      };
      assert.equal(answer.headers['impersonate-user'], 'jane');
    } finally {
      await kube.close();
    }
  });

  it('uses TLS whatever the port is, and brackets an IPv6 address', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '80' });
    try {
      const config = await loadInCluster(process.env, root);
      const [cluster] = config?.clusters.values() ?? [];
      assert.equal(cluster?.entry.server, 'https://[fd00::1]:80');
    } finally {
      process.env = before;
    }
  });

  it('needs both the variables and the token', async () => {
    const { KUBERNETES_SERVICE_HOST: _, ...less } = process.env;
    await assert.rejects(open({}, less), /there is no kubeconfig/);
    assert.equal(await loadInCluster(process.env, join(root, 'elsewhere')), undefined);
  });
});
