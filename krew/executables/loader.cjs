/**
 * Main script of a single executable: runs `plugin/kubectl-zone`, whose files are assets of the executable, just as
 * Node runs it from files. Plain JavaScript, because the executable contains it as it stands; CommonJS, because before
 * Node 26 the main script can be nothing else.
 */
const { createRequire, registerHooks } = require('node:module');
const { getAsset } = require('node:sea');
const { pathToFileURL } = require('node:url');

/** A folder that does not exist, so that a module that looks for data beside itself is told so, as by a real one. */
const BUNDLE = `${pathToFileURL(`${process.execPath}.bundle`).href}/`;

/** The main script's own import() knows Node's modules only; that of a module which was required knows the hooks. */
const START = `${BUNDLE}start.js`;

registerHooks({
  resolve(specifier, context, next) {
    const inside = specifier.startsWith('.') && context.parentURL?.startsWith(BUNDLE);
    if (!inside) return next(specifier, context);
    return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith(BUNDLE)) return next(url, context);
    const source =
      url === START ? "import('./plugin/kubectl-zone');" : getAsset(url.slice(BUNDLE.length), 'utf8');
    return { format: 'module', source, shortCircuit: true };
  },
});

createRequire(BUNDLE)('./start.js');
