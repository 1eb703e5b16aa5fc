/**
 * Imported before the tests (`--import`): Node strips the types of TypeScript itself, but knows no JSX. Transformed files,
 * and what V8 compiles, are cached in `node_modules/.cache`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import module, { registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = join(import.meta.dirname, '../../node_modules/.cache/tests');
const IS_JSX = /\.tsx$/;

module.enableCompileCache(join(CACHE, 'compiled'));

registerHooks({
  load(url, context, next) {
    if (!IS_JSX.test(url)) return next(url, context);
    return { format: 'module', source: transformed(fileURLToPath(url)), shortCircuit: true };
  },
});

function transformed(path: string): string {
  const source = readFileSync(path, 'utf8');
  const cached = join(CACHE, `${createHash('sha256').update(source).digest('hex')}.js`);
  try {
    return readFileSync(cached, 'utf8');
  } catch {
    const { transformSync } = module.createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
    const { code } = transformSync(source, { loader: 'tsx', jsx: 'automatic', sourcefile: path });
    mkdirSync(CACHE, { recursive: true });
    // Several processes may do this at the same time.
    const mine = `${cached}.${process.pid}`;
    writeFileSync(mine, code);
    renameSync(mine, cached);
    return code;
  }
}
