import { join } from 'node:path';
import { filesUnder } from '../package/files.ts';
import { injectScript, type Target } from './inject.ts';

const LOADER = join(import.meta.dirname, 'loader.cjs');

/**
 * Puts the plugin into a copy of Node.
 *
 * There is no snapshot and no code cache, as both would need a machine of the target's kind to be made.
 *
 * @param javascriptDir the staged JavaScript form; its code becomes assets of the executable
 * @throws Error with Node's words when it cannot be built
 */
export async function buildExecutable(javascriptDir: string, target: Target): Promise<void> {
  const files = await filesUnder(javascriptDir);
  const code = files.filter((name) => name === 'plugin/kubectl-zone' || name.startsWith('dist/'));
  const assets = Object.fromEntries(code.map((name) => [name, join(javascriptDir, name)]));
  await injectScript({ main: LOADER, assets }, target);
}
