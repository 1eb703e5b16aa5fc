import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { systemClock } from '../../../shared/clock.ts';
import { connect } from '../../../shared/kube/connect.ts';
import { json, type KubeServer, startKubeServer } from '../../helpers/kube-server.ts';
import { kubectlPath } from '../../helpers/kubectl.ts';
import { startHttpProxy, startSocksProxy, type TestProxy } from '../../helpers/proxies.ts';

/** What a test's kubeconfig says otherwise: lines of YAML for the entry of its cluster or user. */
interface Shape {
  server?: string;
  cluster?: string;
  user?: string;
}

interface Case {
  /** By path below the test's folder. A program begins with `#!`. */
  files: Readonly<Record<string, string | Uint8Array>>;
  /** Of KUBECONFIG; `config` by default. */
  use?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** The Authorization header of both; undefined where neither gets an answer. */
  authorization: string | undefined;
}

describe('kubeconfigs are read as kubectl reads them', () => {
  let server: KubeServer;
  let http: TestProxy;
  let socks: TestProxy;
  let guarded: TestProxy;
  let kubectl: string;
  let root: string;
  before(async () => {
    server = await startKubeServer({
      handle: ({ headers }, respond) => json(respond, 200, { authorization: headers.authorization }),
    });
    http = await startHttpProxy(server.port);
    socks = await startSocksProxy(server.port);
    guarded = await startSocksProxy(server.port, { user: 'jane', password: 'p@ss' });
    kubectl = await kubectlPath();
    root = await mkdtemp(join(tmpdir(), 'kubeconfigs-'));
  });
  after(async () => {
    await Promise.all([server, http, socks, guarded].map((each) => each.close()));
    await rm(root, { recursive: true });
  });

  const base64 = (value: string) => Buffer.from(value).toString('base64');
  const ca = () => `certificate-authority-data: ${base64(server.authority.ca)}`;
  const yaml = ({ server: url = server.url, cluster = ca(), user = 'token: secret' }: Shape = {}) => `
apiVersion: v1
kind: Config
current-context: main
contexts: [{name: main, context: {cluster: main, user: main}}]
clusters:
- name: main
  cluster:
    server: ${url}
    ${cluster}
users:
- name: main
  user:
    ${user}
`;
  const utf16 = (value: string, bigEndian = false): Uint8Array => {
    const bytes = Buffer.from(`\ufeff${value}`, 'utf16le');
    return bigEndian ? bytes.swap16() : bytes;
  };
  /** A server whose name nobody can look up: it is reached through a proxy or not at all. */
  const far = (more = '') => ({
    server: `https://api.test:${server.port}`,
    cluster: `${ca()}\n    tls-server-name: localhost${more === '' ? '' : `\n    ${more}`}`,
  });
  const only = (config: string | Uint8Array, authorization = 'Bearer secret'): Case => ({
    files: { config },
    authorization,
  });
  const refused = (config: string): Case => ({ files: { config }, authorization: undefined });
  const through = (env: Record<string, string>, authorization?: string): Case => ({
    files: { config: yaml(far()) },
    env,
    authorization,
  });
  const login = (line: string, status: string) => `#!/bin/sh
${line}
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":${status}}'
`;

  const cases: Readonly<Record<string, () => Case>> = {
    'a plain one': () => only(yaml()),
    'lines that end as on Windows': () => only(yaml().replaceAll('\n', '\r\n')),
    'a byte order mark': () => only(`\ufeff${yaml()}`),
    'UTF-16, little-endian': () => only(utf16(yaml())),
    'UTF-16, big-endian': () => only(utf16(yaml(), true)),
    'a marker before and after it': () => only(`# made by a tool\n---${yaml()}---\n`),
    'an end marker': () => only(`${yaml()}...\n`),
    'a second document': () => only(`${yaml()}---\n{ this is: [not read`),
    'an empty first document': () => refused(`---\n---${yaml()}`),
    'JSON with tabs': () => {
      const clusters = [{ name: 'm', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }];
      const users = [{ name: 'm', user: { token: 'json' } }];
      const contexts = [{ name: 'm', context: { cluster: 'm', user: 'm' } }];
      const config = { 'current-context': 'm', clusters, users, contexts };
      return only(JSON.stringify(config, undefined, '\t'), 'Bearer json');
    },
    'a key that is there twice': () => only(yaml({ user: 'token: first\n    token: last' }), 'Bearer last'),
    'booleans of YAML 1.1': () => only(yaml({ cluster: 'insecure-skip-tls-verify: yes' })),
    'a token that looks like a date': () => only(yaml({ user: 'token: 2026-01-01' }), 'Bearer 2026-01-01'),
    'a token that is a number': () => refused(yaml({ user: 'token: 12345' })),
    'merge keys': () => only(yaml({ user: 'extensions: []\n    <<: {token: merged}' }), 'Bearer merged'),
    'fields that nobody knows': () => only(`preferences: {}\nweather: fine\n${yaml()}`),
    'wrapped base64': () => {
      const lines = base64(server.authority.ca).replace(/.{60}/g, '$&\n      ');
      return only(yaml({ cluster: `certificate-authority-data: |\n      ${lines}` }));
    },
    'parts in several files, one of which is missing': () => ({
      files: {
        contexts: 'current-context: main\ncontexts: [{name: main, context: {cluster: main, user: main}}]',
        'a/clusters': `clusters: [{name: main, cluster: {server: "${server.url}", certificate-authority: ca.crt}}]`,
        'a/ca.crt': server.authority.ca,
        'b/users': 'users: [{name: main, user: {tokenFile: deep/token}}]',
        'b/deep/token': 'from-a-file\n',
      },
      use: ['contexts', 'missing', 'a/clusters', 'b/users'],
      authorization: 'Bearer from-a-file',
    }),
    'the same user in two files': () => ({
      files: { one: yaml({ user: 'username: jane' }), two: yaml() },
      use: ['one', 'two'],
      authorization: `Basic ${base64('jane:')}`,
    }),
    'a token file beside a token': () => ({
      files: { config: yaml({ user: 'token: written\n    tokenFile: token' }), token: 'in-the-file' },
      authorization: 'Bearer in-the-file',
    }),
    'a CA file that does not exist': () => refused(yaml({ cluster: 'certificate-authority: nowhere.crt' })),
    'tls-server-name that is an address': () =>
      only(
        yaml({
          server: `https://localhost:${server.port}`,
          cluster: `${ca()}\n    tls-server-name: 127.0.0.1`,
        }),
      ),
    'tls-server-name that is another address': () =>
      refused(yaml({ cluster: `${ca()}\n    tls-server-name: 127.0.0.9` })),
    'tls-server-name that is a name': () =>
      only(yaml({ cluster: `${ca()}\n    tls-server-name: localhost` })),
    'a credential plugin beside it': () => ({
      files: {
        config: yaml({
          user: 'exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, interactiveMode: Never, env: [{name: WHO, value: jane}]}',
        }),
        'bin/login': login('', `{"token":"of-'$WHO'"}`),
      },
      authorization: 'Bearer of-jane',
    }),
    'a credential plugin that fails': () => ({
      files: {
        config: yaml({
          user: 'exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, interactiveMode: Never}',
        }),
        login: login('exit 3', '{}'),
      },
      authorization: undefined,
    }),
    'proxy-url of an HTTP proxy': () => only(yaml(far(`proxy-url: http://${http.address}`))),
    'proxy-url of a SOCKS proxy': () => only(yaml(far(`proxy-url: socks5://${socks.address}`))),
    'proxy-url of a SOCKS proxy with a login': () =>
      only(yaml(far(`proxy-url: socks5://jane:p%40ss@${guarded.address}`))),
    'proxy-url of a SOCKS proxy with a wrong login': () =>
      refused(yaml(far(`proxy-url: socks5://jane:guess@${guarded.address}`))),
    'proxy-url of another kind': () => refused(yaml(far(`proxy-url: socks4://${socks.address}`))),
    'proxy-url before the environment': () => ({
      ...only(yaml(far(`proxy-url: socks5://${socks.address}`))),
      env: { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' },
    }),
    'HTTPS_PROXY of an HTTP proxy': () => through({ HTTPS_PROXY: http.address }, 'Bearer secret'),
    'https_proxy of a SOCKS proxy': () =>
      through({ https_proxy: `socks5://${socks.address}` }, 'Bearer secret'),
    'HTTPS_PROXY that NO_PROXY switches off': () =>
      through({ HTTPS_PROXY: http.address, NO_PROXY: 'example.com, .test' }),
    'HTTPS_PROXY that NO_PROXY does not switch off': () =>
      through({ HTTPS_PROXY: http.address, NO_PROXY: 'api.test:1,10.0.0.0/8,st' }, 'Bearer secret'),
    'HTTPS_PROXY that no loopback address uses': () => ({
      ...only(yaml()),
      env: { HTTPS_PROXY: 'http://127.0.0.1:1' },
    }),
    'HTTP_PROXY, which is for other servers': () => through({ HTTP_PROXY: http.address }),
    'an empty file': () => refused(''),
    'a broken one': () => refused('clusters: ['),
  };

  for (const [name, make] of Object.entries(cases)) {
    it(name, async () => {
      const { files, use = ['config'], env = {}, authorization } = make();
      const folder = await mkdtemp(join(root, 'case-'));
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), content);
        if (typeof content === 'string' && content.startsWith('#!')) await chmod(join(folder, file), 0o755);
      }
      const surroundings = {
        PATH: process.env.PATH ?? '',
        HOME: folder,
        KUBECONFIG: use.map((file) => join(folder, file)).join(delimiter),
        ...env,
      };
      const [theirs, ours] = await Promise.all([askByKubectl(surroundings), ask(surroundings)]);
      assert.deepEqual(
        { kubectl: theirs.authorization, us: ours.authorization },
        { kubectl: authorization, us: authorization },
        `kubectl: ${theirs.said}\nus: ${ours.said}`,
      );
    });
  }

  async function askByKubectl(env: Record<string, string>) {
    const child = spawn(kubectl, ['get', '--raw', '/whoami', '--request-timeout=20s'], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, said] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { authorization: authorizationIn(out), said };
  }

  async function ask(env: Record<string, string>) {
    try {
      const kube = await connect(
        {},
        {
          ...{ env, clock: systemClock, random: () => 0, version: 'test' },
          ...{ stderr: new PassThrough(), interactive: false },
        },
      );
      try {
        const answer = await kube.request({ method: 'GET', path: '/whoami', retry: 'never' });
        return { authorization: authorizationIn(JSON.stringify(answer)), said: '' };
      } finally {
        await kube.close();
      }
    } catch (error) {
      return { authorization: undefined, said: String(error) };
    }
  }
});

function authorizationIn(answer: string): string | undefined {
  return /"authorization":\s*"([^"]*)"/.exec(answer)?.[1];
}
