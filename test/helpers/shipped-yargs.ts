/**
 * Imported before the tests (`--import`): they run with yargs as it is shipped (`krew/bundle/stubs.ts`), which lays no
 * help out for a command that needs none. A test file that is run without this passes as well, and takes longer.
 */
import { registerHooks } from 'node:module';
import { CACHES_HELP, LAYS_HELP_OUT } from '../../krew/bundle/yargs-changes.ts';

const RUNS_COMMANDS = /\/yargs\/build\/lib\/command\.js$/;
const PLAIN_WIDTH = new URL('../../krew/bundle/plain-width.ts', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const isWidth = specifier === 'string-width' && LAYS_HELP_OUT.test(context.parentURL ?? '');
    return isWidth
      ? { url: PLAIN_WIDTH, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context);
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!RUNS_COMMANDS.test(url)) return loaded;
    const source = Buffer.from(loaded.source as Uint8Array).toString();
    if (!source.includes(CACHES_HELP)) throw new Error(`${url} no longer says ${CACHES_HELP}`);
    return { ...loaded, source: source.replace(CACHES_HELP, '') };
  },
});
