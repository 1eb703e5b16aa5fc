import { Header } from 'tar';

/** A file, folder or link of an image. All belong to root. */
export type TarEntry =
  | { type: 'File'; path: string; mode: number; content: Uint8Array }
  | { type: 'Directory'; path: string; mode: number }
  | { type: 'SymbolicLink'; path: string; target: string };

/** tar's unit. */
const BLOCK_BYTES = 512;

/**
 * A tar archive of entries, in the order given: the same entries always give the same bytes.
 *
 * @param mtime the date of all entries
 */
export function tarOf(entries: readonly TarEntry[], mtime: Date): Buffer {
  const chunks = entries.flatMap((entry) => {
    const content = entry.type === 'File' ? entry.content : EMPTY;
    return [headerOf(entry, content.byteLength, mtime), content, padding(content.byteLength)];
  });
  return Buffer.concat([...chunks, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** The folders that lie above the paths, each once and before what is in it. */
export function foldersOf(paths: readonly string[]): TarEntry[] {
  const folders = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1);
    for (let depth = 1; depth <= parts.length; depth++) folders.add(parts.slice(0, depth).join('/'));
  }
  return [...folders].sort().map((path) => ({ type: 'Directory', path, mode: 0o755 }));
}

const EMPTY = Buffer.alloc(0);

function headerOf(entry: TarEntry, size: number, mtime: Date): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  const header = new Header({
    path: entry.type === 'Directory' ? `${entry.path}/` : entry.path,
    mode: entry.type === 'SymbolicLink' ? 0o777 : entry.mode,
    uid: 0,
    gid: 0,
    size,
    mtime,
    type: entry.type,
    ...(entry.type === 'SymbolicLink' && { linkpath: entry.target }),
  });
  if (header.encode(block)) throw new Error(`the path does not fit into a tar header: ${entry.path}`);
  return block;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
}
