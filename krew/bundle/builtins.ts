import { isBuiltin } from 'node:module';
import type { Options } from 'tsup';

type OutputPlugin = NonNullable<Options['plugins']>[number];

/** As esbuild writes them, always at the start of a line. */
const STATIC_IMPORT = /^import (?:([\w$]+)(?:, )?)?(?:\* as ([\w$]+)|\{([^}]*)\})?(?: from )?"([^"\n]+)";$/gm;

const REQUIRE = "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);";

/** Applies `takeBuiltinsDirectly` to every file of a bundle. */
export const directBuiltins: OutputPlugin = {
  name: 'direct-builtins',
  renderChunk: (code) => ({ code: takeBuiltinsDirectly(code) }),
};

/**
 * Rewrites static imports of Node's own modules to `process.getBuiltinModule`. An `import` of one builds a module of
 * all its exports, and so loads whatever Node keeps for the first access: `node:http` alone pulls in its WebSocket
 * client, 20 ms at every start. Dynamic imports stay as they are.
 *
 * @param code an ES module as esbuild writes it; where CommonJS in it calls `require`, it is given one
 */
export function takeBuiltinsDirectly(code: string): string {
  const taken: string[] = [];
  const rest = code.replace(
    STATIC_IMPORT,
    (statement, whole?: string, namespace?: string, names?: string, from = '') => {
      if (!isBuiltin(from)) return statement;
      const builtin = `process.getBuiltinModule(${JSON.stringify(from)})`;
      for (const name of [whole, namespace]) if (name) taken.push(`const ${name} = ${builtin};`);
      if (names) taken.push(...bindings(names, builtin));
      return '';
    },
  );
  if (/\brequire\b/.test(rest)) taken.unshift(REQUIRE);
  return [...taken, rest].join('\n');
}

/** `a, b as c, default as d` as declarations. */
function bindings(names: string, builtin: string): string[] {
  const pairs = names
    .split(',')
    .map((each) => each.trim().split(' as '))
    .filter(([name]) => name !== '');
  const wholes = pairs
    .filter(([name]) => name === 'default')
    .map(([, local]) => `const ${local} = ${builtin};`);
  const parts = pairs
    .filter(([name]) => name !== 'default')
    .map(([name, local]) => (local === undefined ? name : `${name}: ${local}`));
  return parts.length === 0 ? wholes : [...wholes, `const { ${parts.join(', ')} } = ${builtin};`];
}
