import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * The files below a folder, at any depth.
 *
 * @returns paths relative to the folder, with slashes, sorted by their bytes
 */
export async function filesUnder(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .sort();
}
