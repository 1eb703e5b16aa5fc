/**
 * Imported before the tests (`--import`): they run with yargs as it is shipped (`krew/bundle/fast-yargs.ts`), which lays no
 * help out for a command that needs none. A test file that is run without this passes as well, and takes longer.
 */
import { registerHooks } from 'node:module';
import { LAYS_HELP_OUT, STAND_INS, withoutCachedHelp } from '../../krew/bundle/fast-yargs.ts';

const RUNS_COMMANDS = /\/yargs\/build\/lib\/command\.js$/;
const PLAIN_WIDTH = `data:text/javascript,${encodeURIComponent(STAND_INS['string-width'])}`;

registerHooks({
  resolve(specifier, context, next) {
    const isWidth = specifier === 'string-width' && LAYS_HELP_OUT.test(context.parentURL ?? '');
    return isWidth ? { url: PLAIN_WIDTH, format: 'module', shortCircuit: true } : next(specifier, context);
  },
  load(url, context, next) {
    const loaded = next(url, context);
    if (!RUNS_COMMANDS.test(url)) return loaded;
    return { ...loaded, source: withoutCachedHelp(Buffer.from(loaded.source as Uint8Array).toString()) };
  },
});
