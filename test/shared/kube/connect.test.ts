import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import * as http from 'node:http';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { type ConnectOptions, type ConnectSurroundings, connect } from '../../../shared/kube/connect.ts';
import { type Kube, KubeconfigError } from '../../../shared/kube/kube.ts';
import { json, type KubeServer, startKubeServer, status } from '../../helpers/kube-server.ts';

describe('connect', () => {
  let server: KubeServer;
  let folder: string;
  let accept: (authorization: string | undefined) => boolean;
  let stderr: PassThrough;
  const kubes: Kube[] = [];
  before(async () => {
    server = await startKubeServer({
      handle: ({ headers, clientName }, respond) =>
        accept(headers.authorization)
          ? json(respond, 200, { authorization: headers.authorization, clientName, headers })
          : status(respond, 401, 'Unauthorized'),
    });
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'connect-'));
    accept = () => true;
    stderr = new PassThrough();
    server.requests.length = 0;
  });
  afterEach(async () => {
    for (const kube of kubes.splice(0)) await kube.close();
    await rm(folder, { recursive: true });
  });
  after(() => server.close());

  const write = async (name: string, content: unknown) => {
    const file = join(folder, name);
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  };
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  /** A kubeconfig of one cluster, user and context of the same name. */
  const config = (user: object = { token: 'secret' }, name = 'main', cluster: object = {}) => ({
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name, namespace: `ns-${name}` } }],
    clusters: [
      {
        name,
        cluster: {
          server: server.url,
          'certificate-authority-data': base64(server.authority.ca),
          ...cluster,
        },
      },
    ],
    users: [{ name, user }],
  });

  async function open(
    options: ConnectOptions,
    env: Record<string, string> = {},
    more: Partial<ConnectSurroundings> = {},
  ): Promise<Kube> {
    const surroundings = {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      clock: systemClock,
      random: () => 0,
      stderr,
      interactive: false,
      version: '1.2.3',
      ...more,
    };
    const kube = await connect(options, surroundings);
    kubes.push(kube);
    return kube;
  }

  async function whoami(kube: Kube) {
    return (await kube.request({ method: 'GET', path: '/whoami' })) as {
      authorization?: string;
      clientName?: string;
      headers: Record<string, string>;
    };
  }

  it('reads --kubeconfig, and tells who and where', async () => {
    const kube = await open({ kubeconfig: await write('config', config()) });
    assert.equal(kube.server, server.url);
    assert.equal(kube.namespace, 'ns-main');
    assert.equal(kube.user, 'main');
    const { authorization, headers } = await whoami(kube);
    assert.equal(authorization, 'Bearer secret');
    assert.equal(headers['user-agent'], `kubectl-zone/1.2.3 (${process.platform}/${process.arch})`);
  });

  it('merges the files of KUBECONFIG, the first to name something wins', async () => {
    const one = await write('one', config({ token: 'first' }));
    const two = await write('two', {
      ...config({ token: 'second' }),
      users: [
        { name: 'main', user: { token: 'second' } },
        { name: 'other', user: { token: 'other' } },
      ],
    });
    const KUBECONFIG = [join(folder, 'missing'), one, two].join(delimiter);
    assert.equal((await whoami(await open({}, { KUBECONFIG }))).authorization, 'Bearer first');
    assert.equal((await whoami(await open({ user: 'other' }, { KUBECONFIG }))).authorization, 'Bearer other');
  });

  it('lets flags override the kubeconfig', async () => {
    const kubeconfig = await write('config', config());
    const kube = await open({
      kubeconfig,
      namespace: 'mine',
      token: 'flag',
      as: 'jane',
      asGroups: ['a', 'b'],
    });
    assert.equal(kube.namespace, 'mine');
    const { authorization, headers } = await whoami(kube);
    assert.equal(authorization, 'Bearer flag');
    assert.equal(headers['impersonate-user'], 'jane');
    assert.equal(headers['impersonate-group'], 'a, b');
  });

  it('needs no kubeconfig when --server says where', async () => {
    const ca = await write('ca.crt', server.authority.ca);
    const kube = await open({ server: server.url, certificateAuthority: ca, token: 't' });
    assert.equal((await whoami(kube)).authorization, 'Bearer t');
    const careless = await open({ server: server.url, insecureSkipTlsVerify: true });
    assert.equal((await whoami(careless)).authorization, undefined);
  });

  it('sends client certificates, from files named relative to the kubeconfig too', async () => {
    const { cert, key } = await server.authority.client('jane');
    await write('jane.crt', cert);
    const user = { 'client-certificate': 'jane.crt', 'client-key-data': base64(key) };
    const kube = await open({ kubeconfig: await write('config', config(user)) });
    assert.equal((await whoami(kube)).clientName, 'jane');
  });

  it('reads a token file again when it was refused', async () => {
    const tokenFile = await write('token', 'old\n');
    const kube = await open({ kubeconfig: await write('config', config({ tokenFile: 'token' })) });
    assert.equal((await whoami(kube)).authorization, 'Bearer old');
    await writeFile(tokenFile, 'brand-new\n');
    accept = (authorization) => authorization === 'Bearer brand-new';
    assert.equal((await whoami(kube)).authorization, 'Bearer brand-new');
  });

  describe('with a credential plugin', () => {
    /** A plugin that counts its runs into the token, and shows what it was told. */
    async function plugin(status = '"token":"run-\'$n\'"'): Promise<object> {
      const file = await write(
        'plugin',
        `#!/bin/sh
echo run >> "${folder}/runs"; n=$(wc -l < "${folder}/runs" | tr -d ' ')
echo "visit the login page" >&2
printf '%s' "$KUBERNETES_EXEC_INFO" > "${folder}/info"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{${status}}}'
`,
      );
      await chmod(file, 0o755);
      return {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: './plugin',
          provideClusterInfo: true,
          interactiveMode: 'IfAvailable',
        },
      };
    }

    it('runs it once for many requests, and once more after a 401', async () => {
      const kube = await open({ kubeconfig: await write('config', config(await plugin())) });
      await Promise.all([whoami(kube), whoami(kube), whoami(kube)]);
      assert.equal((await whoami(kube)).authorization, 'Bearer run-1');
      accept = (authorization) => authorization !== 'Bearer run-1';
      const both = await Promise.all([whoami(kube), whoami(kube)]);
      assert.deepEqual(
        both.map(({ authorization }) => authorization),
        ['Bearer run-2', 'Bearer run-2'],
      );
    });

    it('tells it about the cluster, and shows what it says', async () => {
      const { readFile } = await import('node:fs/promises');
      await open({ kubeconfig: await write('config', config(await plugin())) });
      const info = JSON.parse(await readFile(join(folder, 'info'), 'utf8'));
      assert.equal(info.kind, 'ExecCredential');
      assert.equal(info.spec.interactive, false);
      assert.equal(info.spec.cluster.server, server.url);
      assert.equal(info.spec.cluster['certificate-authority-data'], base64(server.authority.ca));
      assert.match(String(stderr.read()), /visit the login page/);
    });

    it('runs it again when its credential has expired', async () => {
      const user = await plugin('"token":"run-\'$n\'","expirationTimestamp":"2001-01-01T00:00:00Z"');
      const kube = await open({ kubeconfig: await write('config', config(user)) });
      assert.equal((await whoami(kube)).authorization, 'Bearer run-2');
    });

    it('says what is wrong with it', async () => {
      const exec = (more: object) =>
        config({
          exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', ...more },
        });
      await assert.rejects(
        open({ kubeconfig: await write('config', exec({ installHint: 'brew install it' })) }),
        /cannot run the credential plugin no-such-plugin: it is not installed.*\nbrew install it/,
      );
      await assert.rejects(
        open({ kubeconfig: await write('config', exec({ command: 'false' })) }),
        /credential plugin false failed with exit code 1/,
      );
      await assert.rejects(
        open({ kubeconfig: await write('config', exec({ command: 'echo' })) }),
        /credential plugin echo printed no ExecCredential/,
      );
      await assert.rejects(
        open({ kubeconfig: await write('config', exec({ interactiveMode: 'Always' })) }),
        /needs a terminal/,
      );
    });
  });

  it('uses the id token of an OIDC login', async () => {
    const part = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url');
    const idToken = `${part({ alg: 'none' })}.${part({ exp: 32_503_680_000 })}.x`;
    const user = { 'auth-provider': { name: 'oidc', config: { 'id-token': idToken } } };
    const kube = await open({ kubeconfig: await write('config', config(user)) });
    assert.equal((await whoami(kube)).authorization, `Bearer ${idToken}`);
    const loggedOut = { 'auth-provider': { name: 'oidc', config: {} } };
    await assert.rejects(
      open({ kubeconfig: await write('config', config(loggedOut)) }),
      /auth-provider oidc of the kubeconfig returned no token; log in again/,
    );
  });

  it('goes through a proxy', async () => {
    const targets: string[] = [];
    const proxy = http.createServer().on('connect', (request, near: net.Socket) => {
      targets.push(request.url ?? '');
      const far = net.connect(server.port, '127.0.0.1', () => {
        near.write('HTTP/1.1 200 OK\r\n\r\n');
        near.pipe(far).pipe(near);
      });
      far.on('error', () => near.destroy());
      near.on('error', () => far.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as net.AddressInfo;
    const cluster = { 'proxy-url': `http://127.0.0.1:${port}` };
    const kube = await open({ kubeconfig: await write('config', config({ token: 'x' }, 'main', cluster)) });
    assert.equal((await whoami(kube)).authorization, 'Bearer x');
    assert.deepEqual(targets, [`127.0.0.1:${server.port}`]);
    await kube.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  it('says what would change a kubeconfig that cannot be used', async () => {
    const kubeconfig = await write('config', config());
    const cases: [ConnectOptions, RegExp][] = [
      [{}, /there is no kubeconfig.*set KUBECONFIG, or pass --kubeconfig or --server/],
      [{ kubeconfig: join(folder, 'missing') }, /cannot read kubeconfig .*missing: there is no such file/],
      [{ kubeconfig, context: 'prod' }, /no context "prod" in the kubeconfig; it has main/],
      [{ kubeconfig, cluster: 'prod' }, /no cluster "prod" in the kubeconfig; it has main/],
      [{ kubeconfig, user: 'root' }, /no user "root" in the kubeconfig; it has main/],
      [{ kubeconfig: await write('bad', 'a: [') }, /bad is not a valid kubeconfig/],
      [{ kubeconfig: await write('empty', '') }, /has no contexts/],
      [
        { kubeconfig, certificateAuthority: '/nowhere.crt' },
        /cannot read certificate-authority \/nowhere.crt/,
      ],
      [{ kubeconfig, clientCertificate: '/nowhere.crt' }, /cannot read client-certificate \/nowhere.crt/],
      [{ kubeconfig, asGroups: ['a'] }, /need --as/],
    ];
    for (const [options, message] of cases) {
      await assert.rejects(open(options), (error) => {
        assert.ok(error instanceof KubeconfigError);
        assert.match(error.message, message);
        return true;
      });
    }
    const unchosen = { ...config(), 'current-context': '' };
    await assert.rejects(open({ kubeconfig: await write('unchosen', unchosen) }), /pass --context .*main/);
  });
});
