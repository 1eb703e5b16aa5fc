import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');

const PAGES = ['*.md', 'docs/**/*.md', 'manifests/**/*.md', 'krew/**/*.md'];

/** A page of Markdown that users read. */
export interface Page {
  /** From the root of the repository. */
  path: string;
  text: string;
}

/** All pages, by path. */
export async function readPages(): Promise<Page[]> {
  const paths: string[] = [];
  for await (const path of glob(PAGES, { cwd: ROOT })) paths.push(path);
  return Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(join(ROOT, path), 'utf8') })),
  );
}
