import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { readBundledLicences } from '../../../krew/package/read-licences.ts';

describe('licences of a bundle', () => {
  const roots: string[] = [];
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'licences-'));
    roots.push(root);
    await mkdir(join(root, 'dist'));
  });
  after(() => Promise.all(roots.map((each) => rm(each, { recursive: true, force: true }))));

  const install = async (name: string, files: Record<string, string>, manifest: object = {}) => {
    const dir = join(root, 'node_modules', name);
    await mkdir(dir, { recursive: true });
    const about = { name, version: '1.0.0', license: 'MIT', ...manifest };
    await writeFile(join(dir, 'package.json'), JSON.stringify(about));
    for (const [file, text] of Object.entries(files)) await writeFile(join(dir, file), text);
  };
  const bundle = (...names: string[]) =>
    writeFile(join(root, 'dist', 'index.js'), names.map((name) => `// node_modules/${name}/x.js\n`).join(''));
  const licences = () => readBundledLicences(join(root, 'dist'), root);

  it('are those of the packages inside it, with their notices', async () => {
    await install('used', { 'LICENSE.md': 'words', NOTICE: 'notice', 'readme.md': 'no' });
    await install('unused', { LICENSE: 'other words' });
    await bundle('used');
    assert.deepEqual(await licences(), [
      { name: 'used', version: '1.0.0', licence: 'MIT', text: 'words\n\nnotice' },
    ]);
  });

  it('are those of a neighbour from the same repository where a package has no file of its own', async () => {
    const repository = { type: 'git', url: 'https://example.com/mono.git' };
    await install('a', {}, { repository });
    await install('b', { LICENSE: 'of the repository' }, { repository });
    await bundle('a', 'b');
    assert.deepEqual(
      (await licences()).map(({ text }) => text),
      ['of the repository', 'of the repository'],
    );
  });

  it('fail for a package without a text', async () => {
    await install('a', {}, { repository: 'https://example.com/a.git' });
    await install('b', { LICENSE: 'of another repository' }, { repository: 'https://example.com/b.git' });
    await bundle('a', 'b');
    await assert.rejects(licences(), /no licence text: a 1\.0\.0/);
  });

  it('fail for a package whose neighbour has another licence', async () => {
    const repository = 'https://example.com/mono.git';
    await install('a', {}, { repository });
    await install('b', { LICENSE: 'words' }, { repository, license: 'ISC' });
    await bundle('a', 'b');
    await assert.rejects(licences(), /no licence text: a 1\.0\.0/);
  });

  it('fail for a bundle that names no package', async () => {
    await bundle();
    await assert.rejects(licences(), /is it minified\?/);
  });
});
