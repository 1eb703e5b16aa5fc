import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** What of yargs lays help out, where it asks how wide a text is. */
export const LAYS_HELP_OUT = /[\\/]node_modules[\\/](?:yargs|cliui)[\\/]/;
const CACHES_HELP = 'yargs.getInternalMethods().getUsageInstance().cacheHelpMessage();';

/** What stands in for modules that yargs imports, as source. */
export const STAND_INS = {
  // How many columns a text takes if each of its characters takes one, as in all our help: without tables of emoji.
  'string-width': `
    import { stripVTControlCharacters } from 'node:util';
    export default (text) => [...stripVTControlCharacters(text)].length;`,
  // Yargs checks little and almost never, and Node builds its assertion errors when the module is loaded.
  assert: `
    const assert = () => process.getBuiltinModule('node:assert');
    export const strictEqual = (...args) => assert().strictEqual(...args);
    export const notStrictEqual = (...args) => assert().notStrictEqual(...args);`,
} as const;

/**
 * The source of yargs' `command.js` without the help that it lays out for every command that runs, in case the command
 * fails after an await. Our errors show no help.
 *
 * @throws Error when yargs has changed
 */
export function withoutCachedHelp(source: string): string {
  if (!source.includes(CACHES_HELP)) throw new Error(`yargs no longer says ${CACHES_HELP}`);
  return source.replace(CACHES_HELP, '');
}

/**
 * Takes out of yargs what makes it slow to start and what our commands never need: the tables of emoji by which it
 * measures its help, the assertions, and the help that nobody asked for.
 *
 * It saves a third of every start: `--help` ends after 109 instead of 166 ms, and `budget` shows its first row after 244
 * instead of 366 ms (medians of 20 rounds, two busy cores). To measure it, build once with the plugin and once without
 * it in `tsup.config.ts`, and name both: `node --import tsx bench/start-up.ts 20 WITH/plugin/kubectl-zone WITHOUT/…`.
 */
export const fastYargs: Plugin = {
  name: 'fast-yargs',
  setup(build) {
    for (const [name, contents] of Object.entries(STAND_INS)) {
      const filter = new RegExp(`^${name}$`);
      build.onResolve({ filter }, ({ path, importer }) =>
        LAYS_HELP_OUT.test(importer) ? { path, namespace: 'stand-in' } : undefined,
      );
      build.onLoad({ filter, namespace: 'stand-in' }, () => ({ contents }));
    }
    build.onLoad({ filter: /[\\/]yargs[\\/]build[\\/]lib[\\/]command\.js$/ }, async ({ path }) => {
      return { contents: withoutCachedHelp(await readFile(path, 'utf8')) };
    });
  },
};
