import type { Plugin } from 'esbuild';

/** Ink asks for it only when DEV=true; without this stub every bundle would carry it or fail to find it. */
export const withoutReactDevtools: Plugin = {
  name: 'without-react-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};
