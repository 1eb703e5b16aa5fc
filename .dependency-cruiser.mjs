/**
 * Which folder may import which: `npm run check` refuses everything else, and every circle. A folder may import itself.
 * Dependencies point one way: commands → views → features → shared, and webhook → shared.
 */
const BASE = 'shared/*.ts';
const SHARED = 'shared';

const SANDBOX_LEAVES = ['plugin/sandbox/certificates.ts', 'plugin/sandbox/random.ts'];

const MAY_IMPORT = {
  // What the laptop and the cluster both run.
  'shared/*.ts': [],
  'shared/kube': [BASE],
  'shared/drive': [BASE, 'shared/kube'],
  'shared/budget': [BASE, 'shared/kube'],
  'shared/removals': [BASE, 'shared/kube'],
  'shared/gates': [BASE, 'shared/kube', 'shared/rollout/decide'],
  'shared/rollout': [BASE, 'shared/kube', 'shared/drive', 'shared/removals', 'shared/gates'],

  // The cluster.
  webhook: [SHARED],

  // The command line: the verbs, what they do, and how it is shown.
  'plugin/cli': [SHARED],
  'plugin/sandbox': [BASE, 'shared/kube'],
  'plugin/sandbox/store': [],
  'plugin/sandbox/api': [BASE, 'shared/kube', ...SANDBOX_LEAVES, 'plugin/sandbox/store'],
  'plugin/sandbox/controllers': [
    ...[BASE, 'shared/kube', ...SANDBOX_LEAVES, 'plugin/sandbox/store', 'plugin/sandbox/api'],
  ],
  'plugin/sandbox/services': [
    ...[BASE, 'shared/kube', 'plugin/sandbox/store', 'plugin/sandbox/api', 'plugin/sandbox/controllers'],
  ],
  'plugin/sandbox/balancer': [BASE, 'shared/kube', ...SANDBOX_LEAVES, 'plugin/sandbox/services'],
  'plugin/sandbox/http': [
    ...[BASE, ...SANDBOX_LEAVES, 'plugin/sandbox/store', 'plugin/sandbox/api', 'plugin/sandbox/services'],
  ],
  'plugin/completion': [SHARED, 'plugin/cli'],
  'plugin/install': [SHARED, 'plugin/cli'],
  'plugin/check': [SHARED, 'plugin/cli'],
  'plugin/probe': [SHARED, 'plugin/cli'],
  'plugin/plan': [SHARED, 'plugin/cli'],
  'plugin/budget': [SHARED, 'plugin/cli', 'plugin/install', 'plugin/check/decide/objects'],
  'plugin/rollout': [SHARED, 'plugin/cli', 'plugin/probe'],
  'plugin/drain': [SHARED, 'plugin/cli', 'plugin/probe', 'plugin/budget'],
  'plugin/status': [SHARED, 'plugin/cli', 'plugin/budget'],
  'plugin/demo': [SHARED, 'plugin/cli', 'plugin/sandbox', 'plugin/rollout', 'plugin/drain', 'plugin/plan'],
  'plugin/views': [
    ...[
      SHARED,
      'plugin/cli',
      'plugin/budget',
      'plugin/rollout',
      'plugin/drain',
      'plugin/status',
      'plugin/probe',
      'plugin/demo',
    ],
  ],
  'plugin/commands': [SHARED, 'plugin'],
};

/** What a decision may import beside other decisions: values, and the parsers of what comes from outside. */
const PURE = [
  ...['shared/*.ts', 'shared/kube/objects', 'shared/kube/objects.ts', 'shared/drive/probe-news.ts'],
  ...['zones', 'pods', 'selectors', 'resource-version', 'scale-limit', 'server-version', 'watch-store'].map(
    (name) => `shared/kube/${name}.ts`,
  ),
];
const PURE_PACKAGES = ['zod', 'node:crypto', 'node:zlib'];

const escaped = (text) => text.replace(/[.]/g, '\\.').replace('*', '[^/]+');
const within = (folder) => (folder.endsWith('.ts') ? `^${escaped(folder)}$` : `^${folder}/`);
const anyOf = (folders) => folders.map(within).join('|');

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    { name: 'no circle', severity: 'error', from: {}, to: { circular: true } },
    ...Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
      name: `${folder} may import ${allowed.join(', ') || 'nothing'}`,
      severity: 'error',
      from: { path: within(folder) },
      to: { path: '^(plugin|webhook|shared|test|krew|bench|docs)/', pathNot: anyOf([folder, ...allowed]) },
    })),
    {
      name: 'decisions are pure',
      severity: 'error',
      from: { path: '/decide/' },
      to: { path: '^(plugin|webhook|shared)/', pathNot: `/decide/|${anyOf(PURE)}|^shared/clock` },
    },
    {
      name: 'decisions need no clock',
      severity: 'error',
      from: { path: '/decide/' },
      to: { path: '^shared/clock\\.ts$' },
    },
    {
      name: 'decisions use no I/O',
      severity: 'error',
      from: { path: '/decide/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-optional'],
        pathNot: PURE_PACKAGES.map((name) => name.replace('node:', '')).join('|'),
      },
    },
  ],
  options: {
    // swc sees imports of types as well: a circle of types is a circle for the reader.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx'] },
  },
};
