import { readFileSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { directBuiltins } from './krew/bundle/builtins.ts';
import { configWithoutClient } from './krew/bundle/client-config.ts';
import { fastYargs } from './krew/bundle/fast-yargs.ts';
import { mergeChunks } from './krew/bundle/merge.ts';
import { withoutReactDevtools } from './krew/bundle/react-devtools.ts';
import { readManifestFolder } from './plugin/install/manifests/read-folder.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const common: Options = {
  format: 'esm',
  platform: 'node',
  target: 'node22',
  splitting: true,
  clean: true,
  dts: false,
  // Everything is bundled: the installed plugin has no node_modules beside it.
  noExternal: [/.*/],
  define: {
    'process.env.NODE_ENV': '"production"',
    KUBECTL_ZONE_VERSION: JSON.stringify(version),
    // Carried by `kubectl zone install`, as text that only this verb parses; the image where one is published.
    KUBECTL_ZONE_MANIFESTS: JSON.stringify(JSON.stringify(readManifestFolder('manifests'))),
    KUBECTL_ZONE_IMAGE: JSON.stringify(process.env.KUBECTL_ZONE_IMAGE || null),
  },
  esbuildPlugins: [fastYargs, withoutReactDevtools, configWithoutClient],
  plugins: [directBuiltins],
};

/** What most commands load: the way to the cluster, the table of budgets, and what opens the views. */
const EVERYDAY = {
  budgets: 'plugin/budget/list.ts',
  connect: 'shared/kube/connect.ts',
  views: 'plugin/views/open.ts',
  yaml: 'node_modules/js-yaml/dist/js-yaml.mjs',
};

export default defineConfig([
  {
    ...common,
    entry: { index: 'plugin/index.ts', ...EVERYDAY },
    outDir: 'dist/plugin',
    onSuccess: () =>
      mergeChunks('dist/plugin', {
        entry: 'index.js',
        everyday: Object.keys(EVERYDAY).map((name) => `${name}.js`),
      }),
  },
  { ...common, entry: { index: 'webhook/index.ts' }, outDir: 'dist/webhook' },
]);
