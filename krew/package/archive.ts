import { create } from 'tar';
import { filesUnder } from './files.ts';

/** npm's fixed date for all packed files. Dates of the file system would make every archive different. */
const PACKED_AT = new Date('1985-10-26T08:15:00.000Z');

export interface Archive {
  /** The directory to pack; file modes are kept, except write permission for group and others. */
  dir: string;
  /** Path of the tar.gz to write. */
  output: string;
  /** A directory in the archive for all files. */
  prefix?: string;
}

/** Packs the files of a directory reproducibly: the same files always give the same bytes. */
export async function packArchive({ dir, output, prefix }: Archive): Promise<void> {
  const options = { cwd: dir, file: output, gzip: true, portable: true, mtime: PACKED_AT };
  await create(prefix === undefined ? options : { ...options, prefix }, await filesUnder(dir));
}
