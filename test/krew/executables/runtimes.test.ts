import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findRuntime, hasIntegrity } from '../../../krew/executables/runtimes.ts';
import { packArchive } from '../../../krew/package/archive.ts';

const NAME = 'node-of-a-test';

describe('a pinned Node', () => {
  let work: string;
  let integrity: string;
  const env = () => ({
    XDG_CACHE_HOME: join(work, 'cache'),
    PATH: `${join(work, 'path')}${delimiter}${process.env.PATH}`,
  });

  /** A program named npm that hands a made tarball over, and writes down how it was called. */
  beforeEach(async () => {
    work = await mkdtemp(join(tmpdir(), 'runtimes-'));
    const contents = join(work, 'contents');
    await mkdir(join(contents, 'bin'), { recursive: true });
    await mkdir(join(work, 'path'));
    await writeFile(join(contents, 'bin', 'node'), 'a node');
    await writeFile(join(contents, 'LICENSE'), 'a licence');
    await writeFile(join(contents, 'CHANGELOG.md'), 'is not needed');
    const tarball = join(work, 'made.tgz');
    await packArchive({ dir: contents, output: tarball, prefix: 'package' });
    integrity = `sha512-${createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64')}`;
    const npm = join(work, 'path', 'npm');
    await writeFile(
      npm,
      `#!/bin/sh\necho "$2" >> "${work}/calls"\ncp "${tarball}" "$4/made.tgz"\necho made.tgz\n`,
    );
    await chmod(npm, 0o755);
  });
  afterEach(() => rm(work, { recursive: true, force: true }));

  const find = (pinned: string) => {
    const pin = { name: NAME, version: '26.0.0', integrity: pinned, program: 'bin/node' };
    return findRuntime(pin, join(work, 'node_modules'), env());
  };
  const calls = async () =>
    (await readFile(join(work, 'calls'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

  it('comes from the registry once, and is kept', async () => {
    const first = await find(integrity);
    assert.equal(await readFile(join(first, 'bin', 'node'), 'utf8'), 'a node');
    assert.equal(await find(integrity), first);
    assert.deepEqual(await calls(), [`${NAME}@26.0.0`]);
    const runtimes = join(work, 'cache', 'kubectl-zone', 'runtimes');
    assert.deepEqual(await readdir(runtimes), [`${NAME}-26.0.0`]);
    assert.deepEqual((await readdir(first)).sort(), ['LICENSE', 'bin']);
  });

  it('may be downloaded by two at once', async () => {
    const [one, other] = await Promise.all([find(integrity), find(integrity)]);
    assert.equal(one, other);
    assert.equal((await calls()).length, 2);
    assert.deepEqual(await readdir(join(one, '..')), [`${NAME}-26.0.0`]);
  });

  it('is refused, and not kept, when it is another tarball than the pinned one', async () => {
    await assert.rejects(find('sha512-AAAA'), /is not the tarball that krew\/executables\/pins\.ts names/);
    assert.deepEqual(await readdir(join(work, 'cache', 'kubectl-zone', 'runtimes')), []);
  });

  it('is the installed package where npm has installed this version', async () => {
    const installed = join(work, 'node_modules', NAME);
    await mkdir(installed, { recursive: true });
    await writeFile(join(installed, 'package.json'), JSON.stringify({ version: '26.0.0' }));
    assert.equal(await find(integrity), installed);
    await writeFile(join(installed, 'package.json'), JSON.stringify({ version: '25.0.0' }));
    assert.equal(await readFile(join(await find(integrity), 'bin', 'node'), 'utf8'), 'a node');
  });

  it('has the integrity of its bytes', () => {
    const bytes = Buffer.from('some bytes');
    const hash = createHash('sha512').update(bytes).digest('base64');
    assert.ok(hasIntegrity(bytes, `sha512-${hash}`));
    assert.ok(!hasIntegrity(Buffer.from('other bytes'), `sha512-${hash}`));
  });
});
