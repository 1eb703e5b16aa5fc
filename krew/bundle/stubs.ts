import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { CACHES_HELP, LAYS_HELP_OUT } from './yargs-changes.ts';

/** Ink asks for it only when DEV=true; without this stub every bundle would carry it or fail to find it. */
export const withoutReactDevtools: Plugin = {
  name: 'without-react-devtools',
  setup(build) {
    build.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    build.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};

/** From the folder of tsup.config.ts: tsup bundles its configuration, and with it this file, into that folder. */
const STAND_INS = 'krew/bundle';

/**
 * Takes out of yargs what makes it slow to start and what our commands never need: the tables of emoji by which it
 * measures its help, the assertions, and the help that it lays out for every command that runs, in case the command
 * fails after an await. Our errors show no help.
 */
export const fastYargs: Plugin = {
  name: 'fast-yargs',
  setup(build) {
    const standIn = (filter: RegExp, file: string) =>
      build.onResolve({ filter }, ({ importer }) =>
        LAYS_HELP_OUT.test(importer) ? { path: resolve(STAND_INS, file) } : undefined,
      );
    standIn(/^string-width$/, 'plain-width.ts');
    standIn(/^assert$/, 'lazy-assert.ts');
    build.onLoad({ filter: /[\\/]yargs[\\/]build[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      if (!source.includes(CACHES_HELP)) throw new Error(`${path} no longer says ${CACHES_HELP}`);
      return { contents: source.replace(CACHES_HELP, '') };
    });
  },
};
