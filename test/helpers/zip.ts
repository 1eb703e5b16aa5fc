import { createWriteStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32, createInflateRaw } from 'node:zlib';

/** One member of an archive, as its central directory describes it. */
interface Entry {
  name: string;
  method: number;
  crc: number;
  packedSize: number;
  headerOffset: number;
}

/** Record signatures and sizes from the ZIP file format specification (APPNOTE.TXT), sections 4.3.7, 4.3.12, 4.3.16. */
const END_SIGNATURE = 0x06054b50;
const END_SIZE = 22;
const MAX_COMMENT_SIZE = 0xffff;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_SIZE = 46;
const LOCAL_SIZE = 30;
const DEFLATED = 8;

/**
 * Unpacks one deflated member of a ZIP archive into a file, without reading the archive into memory.
 *
 * @param mode permissions of the file that is written
 * @throws Error when the archive has no such member, packs it in another way, or its checksum does not fit
 */
export async function unzipMember(
  zipPath: string,
  name: string,
  toPath: string,
  mode: number,
): Promise<void> {
  const zip = await open(zipPath);
  try {
    const entry = (await centralDirectory(zip)).find((candidate) => candidate.name === name);
    if (!entry) throw new Error(`${zipPath} has no member ${name}`);
    if (entry.method !== DEFLATED)
      throw new Error(`${zipPath}: ${name} is packed with method ${entry.method}`);

    const start = await dataOffset(zip, entry);
    const checksum = new Checksum();
    await pipeline(
      zip.createReadStream({ start, end: start + entry.packedSize - 1, autoClose: false }),
      createInflateRaw(),
      checksum,
      createWriteStream(toPath, { mode }),
    );
    if (checksum.value !== entry.crc) throw new Error(`${zipPath}: the checksum of ${name} does not fit`);
  } finally {
    await zip.close();
  }
}

/** Hands everything through and keeps its CRC-32. */
class Checksum extends Transform {
  value = 0;

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.value = crc32(chunk, this.value);
    done(null, chunk);
  }
}

async function centralDirectory(zip: FileHandle): Promise<Entry[]> {
  const { size } = await zip.stat();
  const tail = await read(zip, Math.max(0, size - END_SIZE - MAX_COMMENT_SIZE), size);
  const end = lastIndexOfUInt32(tail, END_SIGNATURE);
  const count = tail.readUInt16LE(end + 10);
  const offset = tail.readUInt32LE(end + 16);
  const directory = await read(zip, offset, offset + tail.readUInt32LE(end + 12));

  const entries: Entry[] = [];
  for (let at = 0; entries.length < count; ) {
    if (directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) throw new Error('not a central directory');
    const nameSize = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + CENTRAL_SIZE, at + CENTRAL_SIZE + nameSize),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      headerOffset: directory.readUInt32LE(at + 42),
    });
    at += CENTRAL_SIZE + nameSize + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** A member's data follows its local header, whose extra field may differ from the central directory's. */
async function dataOffset(zip: FileHandle, entry: Entry): Promise<number> {
  const header = await read(zip, entry.headerOffset, entry.headerOffset + LOCAL_SIZE);
  return entry.headerOffset + LOCAL_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
}

function lastIndexOfUInt32(buffer: Buffer, value: number): number {
  const pattern = Buffer.alloc(4);
  pattern.writeUInt32LE(value);
  const index = buffer.lastIndexOf(pattern);
  if (index < 0) throw new Error('not a ZIP archive');
  return index;
}

async function read(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const buffer = Buffer.alloc(end - start);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
  if (bytesRead < buffer.length) throw new Error('the archive is cut off');
  return buffer;
}
