import { create } from 'tar';
import { filesUnder } from './files.ts';

/** npm's own date for everything that it packs. A file system's dates would make every archive another one. */
const PACKED_AT = new Date('1985-10-26T08:15:00.000Z');

export interface Archive {
  /** Whose files are packed; their modes are kept, but for the group's and others' right to write. */
  dir: string;
  /** Path of the tar.gz that is written. */
  output: string;
  /** A folder inside the archive that everything is put into. */
  prefix?: string;
}

/** Packs the files of a folder. The same files give the same bytes, whoever packs them, where and when. */
export async function packArchive({ dir, output, prefix }: Archive): Promise<void> {
  const options = { cwd: dir, file: output, gzip: true, portable: true, mtime: PACKED_AT };
  await create(prefix === undefined ? options : { ...options, prefix }, await filesUnder(dir));
}
