import { rm } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { type ModuleInfo, type OutputOptions, rollup } from 'rollup';

/** Which files of a bundle become one. */
export interface Merge {
  /** Where the bundle begins; all that it imports statically becomes part of it. */
  entry: string;
  /** Files that are imported later, but by most commands: they and all they need become one file. */
  everyday: readonly string[];
}

/**
 * Joins the files that a command loads together. esbuild splits a bundle into a file for each set of dynamic imports
 * that share it, which are fifty for a command that lists something, and Node takes half a millisecond to find, read
 * and link each.
 *
 * @param dir a folder of ES modules that import each other by relative paths; it is written anew
 */
export async function mergeChunks(dir: string, { entry, everyday }: Merge): Promise<void> {
  const bundle = await rollup({
    input: resolve(dir, entry),
    treeshake: false,
    external: (id) => !id.startsWith('.') && !isAbsolute(id),
    preserveEntrySignatures: 'allow-extension',
  });
  try {
    await rm(dir, { recursive: true });
    await bundle.write({
      dir,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name].js',
      minifyInternalExports: false,
      hoistTransitiveImports: false,
      manualChunks: groups(
        resolve(dir, entry),
        everyday.map((file) => resolve(dir, file)),
      ),
    });
  } finally {
    await bundle.close();
  }
}

function groups(entry: string, everyday: readonly string[]): NonNullable<OutputOptions['manualChunks']> {
  return (id, { getModuleInfo }) => {
    if (needs([entry], getModuleInfo).has(id)) return 'index';
    return needs(everyday, getModuleInfo).has(id) ? 'everyday' : undefined;
  };
}

/** The files, and all that they import statically. */
function needs(files: readonly string[], infoOf: (id: string) => ModuleInfo | null): ReadonlySet<string> {
  const found = new Set<string>();
  const waiting = [...files];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(infoOf(id)?.importedIds ?? []));
  }
  return found;
}
