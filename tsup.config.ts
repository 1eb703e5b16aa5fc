import { readFileSync } from 'node:fs';
import { defineConfig } from 'tsup';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Ink asks for it only when DEV=true; without this stub every bundle would carry it or fail to find it. */
const withoutReactDevtools = {
  name: 'without-react-devtools',
  setup(build: import('esbuild').PluginBuild) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};

export default defineConfig({
  entry: { 'plugin/index': 'plugin/index.ts', 'webhook/index': 'webhook/index.ts' },
  outDir: 'dist',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  splitting: true,
  clean: true,
  dts: false,
  // Everything is bundled: the installed plugin has no node_modules beside it.
  noExternal: [/.*/],
  define: { 'process.env.NODE_ENV': '"production"', KUBECTL_ZONE_VERSION: JSON.stringify(version) },
  // CommonJS dependencies call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  esbuildPlugins: [withoutReactDevtools],
});
