import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { list, type ReadEntry } from 'tar';
import { packArchive } from '../../../krew/package/archive.ts';

describe('an archive', () => {
  let work: string;
  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'archive-'));
  });
  after(() => rm(work, { recursive: true, force: true }));

  /** Makes the same files in another order, on another day, with another umask. */
  const lay = async (name: string, files: readonly string[], mode: number): Promise<string> => {
    const dir = join(work, name);
    for (const file of files) {
      await mkdir(join(dir, file, '..'), { recursive: true });
      await writeFile(join(dir, file), file);
      await chmod(join(dir, file), file === 'bin/run' ? mode | 0o111 : mode);
      await utimes(join(dir, file), files.length, files.indexOf(file));
    }
    return dir;
  };
  const entries = async (file: string): Promise<ReadEntry[]> => {
    const found: ReadEntry[] = [];
    await list({ file, onReadEntry: (entry) => found.push(entry) });
    return found;
  };

  it('has the same bytes for the same files', async () => {
    const one = join(work, 'one.tar.gz');
    const two = join(work, 'two.tar.gz');
    await packArchive({ dir: await lay('one', ['b.js', 'a/z.js', 'bin/run'], 0o644), output: one });
    await packArchive({ dir: await lay('two', ['bin/run', 'a/z.js', 'b.js'], 0o664), output: two });
    assert.ok((await readFile(one)).equals(await readFile(two)));
    assert.deepEqual(
      (await entries(one)).map(({ path, mode, uid, uname }) => ({ path, mode, uid, uname })),
      [
        { path: 'a/z.js', mode: 0o644, uid: undefined, uname: '' },
        { path: 'b.js', mode: 0o644, uid: undefined, uname: '' },
        { path: 'bin/run', mode: 0o755, uid: undefined, uname: '' },
      ],
    );
  });

  it('puts everything into a folder if told', async () => {
    const file = join(work, 'npm.tgz');
    await packArchive({
      dir: await lay('npm', ['package.json', 'a/b.js'], 0o644),
      output: file,
      prefix: 'package',
    });
    assert.deepEqual(
      (await entries(file)).map(({ path }) => path),
      ['package/a/b.js', 'package/package.json'],
    );
  });
});
