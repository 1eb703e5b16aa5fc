import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import * as z from 'zod/mini';
import { fromClientNode } from '../../../shared/kube/client-config.ts';
import { findKubeconfig } from '../../../shared/kube/connect.ts';
import type { Kubeconfig, Placed } from '../../../shared/kube/kubeconfig.ts';
import { chooseTarget, type Impersonation } from '../../../shared/kube/target.ts';
import { kubectlPath } from '../../helpers/kubectl.ts';

/** What a reader makes of a kubeconfig: its current context with everything named in it. */
type Read = Readonly<Record<string, unknown>> | 'refused';

interface Row {
  /** Content by name of file; the names are those of KUBECONFIG, unless `use` says otherwise. */
  files: Readonly<Record<string, string | Uint8Array>>;
  use?: readonly string[];
  /** What client-node does otherwise; kubectl and we agree on every row. */
  clientNode?: string;
  /** Whether kubectl and we refuse it. */
  refused?: boolean;
}

const yaml = ({ cluster = 'insecure-skip-tls-verify: true', user = 'token: secret', context = '' } = {}) => `
apiVersion: v1
kind: Config
current-context: main
contexts:
- name: main
  context:
    cluster: main
    user: main
    ${context}
clusters:
- name: main
  cluster:
    server: https://api.test:6443
    ${cluster}
users:
- name: main
  user:
    ${user}
`;
const one = (config: string | Uint8Array, clientNode?: string): Row => ({
  files: { config },
  ...(clientNode && { clientNode }),
});
const refuse = (config: string, clientNode?: string): Row => ({ ...one(config, clientNode), refused: true });
const utf16 = (value: string, bigEndian = false): Uint8Array => {
  const bytes = Buffer.from(`\ufeff${value}`, 'utf16le');
  return bigEndian ? bytes.swap16() : bytes;
};
const contexts = 'current-context: main\ncontexts: [{name: main, context: {cluster: main, user: main}}]\n';
const clusters =
  'clusters: [{name: main, cluster: {server: "https://api.test", certificate-authority: ca.crt}}]\n';
const users = 'users: [{name: main, user: {client-certificate: me.crt, client-key: keys/me.key}}]\n';
const exec = `exec:
      apiVersion: client.authentication.k8s.io/v1
      command: aws
      args: [eks, get-token]
      env: [{name: AWS_PROFILE, value: prod}]
      interactiveMode: Never
      provideClusterInfo: true`;

const ROWS: Readonly<Record<string, Row>> = {
  'a plain one': one(yaml()),
  JSON: one(
    JSON.stringify({
      'current-context': 'm',
      clusters: [{ name: 'm', cluster: { server: 'https://m' } }],
      users: [{ name: 'm', user: { token: 'json' } }],
      contexts: [{ name: 'm', context: { cluster: 'm', user: 'm' } }],
    }),
  ),
  'lines that end as on Windows': one(yaml().replaceAll('\n', '\r\n')),
  'comments and a leading ---': one(`# made by a tool\n---${yaml()}`),
  'a byte order mark': one(`\ufeff${yaml()}`),
  'UTF-16, little-endian': one(utf16(yaml()), 'decodes all files as UTF-8'),
  'UTF-16, big-endian': one(utf16(yaml(), true), 'decodes all files as UTF-8'),
  'a trailing ---': one(`${yaml()}---\n`, 'refuses a second document, also if it is empty'),
  'a second document': one(`${yaml()}---\nkind: Other\n`, 'refuses a second document'),
  'an end marker': one(`${yaml()}...\n`),
  'anchors and aliases': one(yaml({ user: 'token: &t secret\n    password: *t\n    username: jane' })),
  'merge keys': one(yaml({ user: 'extensions: []\n    <<: {token: merged}' }), 'leaves the key << as it is'),
  'fields that nobody knows': one(`preferences: {}\nweather: fine\n${yaml()}`),
  'base64 in several lines': one(yaml({ cluster: 'certificate-authority-data: |\n      LS0t\n      LS0t' })),
  'a key that is there twice': one(yaml({ user: 'token: first\n    token: last' }), 'refuses it'),
  'yes for true': one(
    yaml({ cluster: 'insecure-skip-tls-verify: yes' }),
    'knows only the booleans of YAML 1.2, and takes it for false',
  ),
  'a quoted flag': refuse(yaml({ cluster: 'insecure-skip-tls-verify: "true"' }), 'takes it for false'),
  'a token that is a number': refuse(yaml({ user: 'token: 12345' }), 'takes the number'),
  'a token that looks like a date': one(yaml({ user: 'token: 2026-01-01' })),
  'a token in quotes': one(yaml({ user: `token: '0123'` })),
  'tls-server-name': one(yaml({ cluster: 'tls-server-name: other.test' })),
  'proxy-url': one(yaml({ cluster: 'proxy-url: http://proxy.test:3128' })),
  'proxy-url of a SOCKS proxy': one(yaml({ cluster: 'proxy-url: socks5://proxy.test' })),
  'insecure-skip-tls-verify: false': one(yaml({ cluster: 'insecure-skip-tls-verify: false' })),
  'a CA file in the same folder': one(yaml({ cluster: 'certificate-authority: ca.crt' })),
  'a CA file elsewhere': one(yaml({ cluster: 'certificate-authority: ../pki/ca.crt' })),
  'a CA file by its absolute path': one(yaml({ cluster: 'certificate-authority: /etc/pki/ca.crt' })),
  'a CA as data': one(yaml({ cluster: 'certificate-authority-data: LS0tLS0=' })),
  'an empty CA': one(yaml({ cluster: 'certificate-authority-data: ""' })),
  'client certificate and key as data': one(
    yaml({ user: 'client-certificate-data: LS0t\n    client-key-data: LS0t' }),
  ),
  'client certificate and key in files': one(
    yaml({ user: 'client-certificate: pki/me.crt\n    client-key: pki/me.key' }),
  ),
  'a name and password': one(yaml({ user: 'username: jane\n    password: hunter2' })),
  'a token file': one(
    yaml({ user: 'tokenFile: /var/run/token' }),
    'knows it only as token-file, which kubectl does not',
  ),
  'a credential plugin': one(yaml({ user: exec })),
  'an auth-provider': one(
    yaml({
      user: 'auth-provider: {name: oidc, config: {client-id: zone, idp-issuer-url: "https://idp.test"}}',
    }),
  ),
  'a user without any credential': one(yaml({ user: '{}' })),
  'a user that is null': one(yaml({ user: '' })),
  'a context without a user': one(
    `${clusters}current-context: main\ncontexts: [{name: main, context: {cluster: main}}]\n`,
  ),
  'a namespace': one(yaml({ context: 'namespace: cortex' })),
  'an empty namespace': one(yaml({ context: 'namespace: ""' })),
  'a user to impersonate': one(yaml({ user: 'token: secret\n    as: jane' })),
  'groups to impersonate': one(
    yaml({ user: 'token: secret\n    as: jane\n    as-groups: [dev]\n    as-uid: "7"' }),
    'drops as-groups and as-uid',
  ),
  'names of several words': one(yaml().replaceAll('main', '"arn:aws:eks:eu:1:cluster/my cluster"')),
  'a second context, cluster and user': one(`${yaml()}- name: other\n  user: {token: wrong}\n`),
  'a cluster that nobody uses and has no server': one(
    yaml().replace('users:', '- name: unused\n  cluster: {}\nusers:'),
    'refuses the whole file',
  ),
  'a path in the server': one(
    yaml().replace('https://api.test:6443', 'https://rancher.test/k8s/clusters/c-1'),
  ),
  'a slash after the server': one(yaml().replace(':6443', ':6443/')),
  'a server without a scheme': one(yaml().replace('https://api.test:6443', 'api.test:6443')),
  'a context that does not exist': refuse(yaml().replace('current-context: main', 'current-context: gone')),
  'a cluster that does not exist': refuse(yaml().replace('    cluster: main', '    cluster: gone')),
  'no current context': refuse(yaml().replace('current-context: main', '')),
  'a file that is not YAML': refuse('clusters: ['),
  'a list': refuse('- clusters'),
  'parts in several files, with relative paths': {
    files: { contexts, 'a/clusters': clusters, 'b/users': users },
  },
  'an empty name in KUBECONFIG': { files: { config: yaml() }, use: ['', 'config'] },
  'the same user in two files': {
    files: { one: yaml({ user: 'token: first' }), two: yaml({ user: 'token: second' }) },
    clientNode: 'refuses an entry that is in two files; the first one counts',
  },
  'current contexts in two files': {
    files: {
      one: `${contexts}${clusters}${users}`,
      two: 'current-context: other\ncontexts: [{name: other, context: {cluster: main, user: main, namespace: other}}]',
    },
    clientNode: 'takes the last one; the first one counts',
  },
  'a file that is missing': {
    files: { config: yaml() },
    use: ['missing', 'config'],
    clientNode: 'refuses a missing file; it is skipped',
  },
};

describe('kubeconfigs are read alike by us, by kubectl and by client-node', () => {
  let root: string;
  let kubectl: string;
  const environment = { ...process.env };
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'readers-'));
    kubectl = await kubectlPath();
  });
  after(async () => {
    process.env = environment;
    await rm(root, { recursive: true });
  });

  for (const [name, { files, use = Object.keys(files), clientNode, refused = false }] of Object.entries(
    ROWS,
  )) {
    it(clientNode === undefined ? name : `${name}: client-node ${clientNode}`, async () => {
      const folder = await mkdtemp(join(root, 'row-'));
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await writeFile(join(folder, file), content);
      }
      const KUBECONFIG = use.map((file) => file && join(folder, file)).join(delimiter);
      const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG };
      const ours = () => findKubeconfig({}, env);
      // kubectl shows paths relative to the file that they are in, client-node absolute ones.
      assert.deepEqual(await read(ours, (path) => path), await byKubectl(env), 'ours and kubectl’s');
      process.env.KUBECONFIG = KUBECONFIG;
      const theirs = await read(async () => {
        const config = new KubeConfig();
        config.loadFromDefault();
        return fromClientNode(config);
      }, resolved);
      const absolute = await read(ours, resolved);
      assert.equal(absolute === 'refused', refused);
      if (clientNode === undefined) assert.deepEqual(absolute, theirs, 'ours and client-node’s');
      else assert.notDeepEqual(absolute, theirs, 'client-node reads it as kubectl does by now');
    });
  }

  const resolved = (path: string, folder: string) => resolve(folder, path);

  /** @param place shows a path that is written in a file of the folder */
  async function read(
    find: () => Promise<Kubeconfig | undefined>,
    place: (path: string, folder: string) => string,
  ): Promise<Read> {
    try {
      const { cluster, user, namespace, impersonation } = chooseTarget(await find(), {}, '/');
      const placed = <T extends object>({ entry, folder }: Placed<T>) =>
        Object.fromEntries(
          Object.entries(entry).map(([key, value]) => [
            key,
            FILES.has(key) && value ? place(String(value), folder) : value,
          ]),
        );
      return summary(placed(cluster), { ...placed(user), ...impersonated(impersonation) }, namespace);
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      return 'refused';
    }
  }

  async function byKubectl(env: NodeJS.ProcessEnv): Promise<Read> {
    try {
      const args = ['config', 'view', '--minify', '--raw', '-o', 'json'];
      const { stdout } = await promisify(execFile)(kubectl, args, { env });
      const { clusters, users, contexts } = View.parse(JSON.parse(stdout));
      // A name that is not there is refused only when it is used.
      const [cluster] = clusters ?? [];
      const context = contexts[0]?.context;
      if (!cluster || (context?.user && !users)) return 'refused';
      return summary(cluster.cluster, users?.[0]?.user ?? {}, context?.namespace || 'default');
    } catch {
      return 'refused';
    }
  }
});

type Fields = Readonly<Record<string, unknown>>;

/** Fields with paths of files. */
const FILES = new Set(['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']);

const Entry = z.record(z.string(), z.unknown());
const View = z.object({
  clusters: z.nullish(z.array(z.object({ cluster: Entry }))),
  users: z.nullish(z.array(z.object({ user: Entry }))),
  contexts: z.array(
    z.object({ context: z.object({ user: z.optional(z.string()), namespace: z.optional(z.string()) }) }),
  ),
});

function impersonated({ user, uid, groups, extra }: Impersonation): Fields {
  return { as: user, 'as-uid': uid, 'as-groups': groups, 'as-user-extra': extra };
}

/** The parts of a reading that a connection depends on, without what is empty or the default. */
function summary(cluster: Fields, user: Fields, namespace: string): Fields {
  const { server, ...tls } = cluster;
  const { exec, ...rest } = user;
  return {
    server: new URL(/^https?:/.test(String(server)) ? String(server) : `https://${server}`).href.replace(
      /\/$/,
      '',
    ),
    ...filled(tls),
    ...filled(rest),
    ...(exec ? { exec: { ...filled(exec), interactiveMode: undefined } } : {}),
    namespace,
  };
}

function filled(fields: object): Fields {
  const isEmpty = (value: unknown) =>
    !value || (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => !isEmpty(value))
      .map(([key, value]) => [key, key.endsWith('-data') ? Buffer.from(value, 'base64').toString() : value]),
  );
}
