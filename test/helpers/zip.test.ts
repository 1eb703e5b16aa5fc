import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { crc32, deflateRawSync } from 'node:zlib';
import { unzipMember } from './zip.ts';

const CONTENT = 'zone '.repeat(50_000);

describe('unzipMember', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'zip-'));
    await writeFile(join(dir, 'good.zip'), archive(CONTENT, crc32(CONTENT)));
    await writeFile(join(dir, 'bad.zip'), archive(CONTENT, 1));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  const unzip = (zip: string, name: string) => unzipMember(join(dir, zip), name, join(dir, 'out'), 0o750);

  it('unpacks a member that is not the first one, with the mode asked for', async () => {
    await unzip('good.zip', 'bin/second');
    assert.equal(await readFile(join(dir, 'out'), 'utf8'), CONTENT);
    assert.equal((await stat(join(dir, 'out'))).mode & 0o777, 0o750);
  });

  it('refuses a member whose checksum does not fit', async () => {
    await assert.rejects(unzip('bad.zip', 'bin/second'), /checksum of bin\/second/);
  });

  it('says so when there is no such member', async () => {
    await assert.rejects(unzip('good.zip', 'bin/third'), /no member bin\/third/);
  });

  it('refuses a file that is no archive', async () => {
    await writeFile(join(dir, 'text'), CONTENT);
    await assert.rejects(unzip('text', 'bin/second'), /not a ZIP archive/);
  });
});

/** An archive of two deflated members with the same content, extra fields and a comment at its end. */
function archive(content: string, crc: number): Buffer {
  const packed = deflateRawSync(content);
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const name of ['bin/first', 'bin/second']) {
    const local = Buffer.concat([header(30, 0x04034b50), Buffer.from(`${name}extra`), packed]);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE('extra'.length, 28);
    const central = Buffer.concat([header(46, 0x02014b50), Buffer.from(name)]);
    central.writeUInt16LE(8, 10);
    central.writeUInt32LE(crc, 16);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt32LE(offset, 42);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.concat([header(22, 0x06054b50), Buffer.from('a comment')]);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function header(size: number, signature: number): Buffer {
  const buffer = Buffer.alloc(size);
  buffer.writeUInt32LE(signature);
  return buffer;
}
