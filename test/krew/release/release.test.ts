import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { extract, list } from 'tar';
import { archiveName } from '../../../krew/manifest.ts';
import { readRootPackage } from '../../../krew/package/npm-package.ts';
import { run, succeeded } from '../run.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SCRIPT = join(ROOT, 'krew', 'release.ts');
const ENV = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' };

/** The machine that npm ships a Node for with this repository, so that nothing is fetched. */
const EXECUTABLE = 'linux_amd64';
const skip = !(process.platform === 'linux' && process.arch === 'x64') && `${EXECUTABLE} cannot run here`;

describe('a release', { skip }, () => {
  let work: string;
  let out: string;
  let version: string;

  const trial = (dir: string, variants: string) =>
    run(process.execPath, [SCRIPT, '--snapshot', '--only', variants, '--out', dir], ENV, work);

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'release-test-'));
    out = join(work, 'out');
    ({ version } = await readRootPackage(ROOT));
    succeeded(await trial(out, `javascript,${EXECUTABLE}`));
  });
  after(() => rm(work, { recursive: true, force: true }));

  const contents = async (name: string): Promise<Map<string, number | undefined>> => {
    const found = new Map<string, number | undefined>();
    await list({ file: join(out, name), onReadEntry: ({ path, mode }) => void found.set(path, mode) });
    return found;
  };
  const unpacked = async (name: string): Promise<string> => {
    const dir = await mkdtemp(join(work, 'unpacked-'));
    await extract({ file: join(out, name), cwd: dir });
    return dir;
  };

  it('consists of the archives, the npm package and their checksums', async () => {
    const archives = [
      `kubectl-zone-${version}.tgz`,
      archiveName(version, 'javascript'),
      archiveName(version, EXECUTABLE),
    ];
    assert.deepEqual((await readdir(out)).sort(), ['checksums.txt', ...archives]);
    const lines = (await readFile(join(out, 'checksums.txt'), 'utf8')).trimEnd().split('\n');
    const expected = archives.map(async (name) => {
      const sum = createHash('sha256').update(await readFile(join(out, name)));
      return `${sum.digest('hex')}  ${name}`;
    });
    assert.deepEqual(lines, await Promise.all(expected));
  });

  it('has the same bytes when it is built again', async () => {
    const again = join(work, 'again');
    succeeded(await trial(again, 'javascript'));
    const sums = async (dir: string) => (await readFile(join(dir, 'checksums.txt'), 'utf8')).split('\n');
    const executable = archiveName(version, EXECUTABLE);
    assert.deepEqual(
      await sums(again),
      (await sums(out)).filter((line) => !line.endsWith(executable)),
    );
  });

  it('has an executable beside its licences, and nothing else', async () => {
    const name = archiveName(version, EXECUTABLE);
    assert.deepEqual(
      [...(await contents(name))],
      [
        ['LICENSE', 0o644],
        ['THIRD-PARTY-LICENSES.txt', 0o644],
        ['kubectl-zone', 0o755],
      ],
    );
    const dir = await unpacked(name);
    assert.equal(succeeded(await run(join(dir, 'kubectl-zone'), ['--version'], {})), version);
    const licences = await readFile(join(dir, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    assert.match(licences, /\nNode\.js\n-+\nNode\.js is licensed/);
  });

  it('has a JavaScript form that depends on no package', async () => {
    const found = await contents(archiveName(version, 'javascript'));
    const besides = [...found].filter(([path]) => !path.startsWith('dist/plugin/'));
    assert.deepEqual(besides, [
      ['LICENSE', 0o644],
      ['README.md', 0o644],
      ['THIRD-PARTY-LICENSES.txt', 0o644],
      ['package.json', 0o644],
      ['plugin/kubectl-zone', 0o755],
      ['plugin/kubectl_complete-zone', 0o755],
    ]);
    const dir = await unpacked(archiveName(version, 'javascript'));
    const shim = join(dir, 'plugin', 'kubectl-zone');
    assert.equal(succeeded(await run(process.execPath, [shim, '--version'], {})), version);
    const licences = await readFile(join(dir, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
    for (const name of ['ink', 'react', 'yargs', '@kubernetes/client-node', '@aws-sdk/client-cloudwatch']) {
      assert.ok(licences.includes(`\n${name} `), name);
    }
    assert.ok(!licences.includes('Node.js is licensed'));
  });

  it('has an npm package with the same files', async () => {
    const found = await contents(`kubectl-zone-${version}.tgz`);
    const expected = await contents(archiveName(version, 'javascript'));
    assert.deepEqual(found, new Map([...expected].map(([path, mode]) => [`package/${path}`, mode])));
    const dir = await unpacked(`kubectl-zone-${version}.tgz`);
    const manifest = JSON.parse(await readFile(join(dir, 'package', 'package.json'), 'utf8'));
    assert.equal(manifest.version, version);
    assert.deepEqual(
      Object.keys(manifest).filter((key) => /dependencies|scripts/i.test(key)),
      [],
    );
    for (const path of Object.values(manifest.bin)) assert.equal(found.get(`package/${path}`), 0o755);
  });

  it('is written to an empty folder only', async () => {
    const full = join(work, 'full');
    await mkdir(full);
    await writeFile(join(full, 'precious'), '');
    const { code, stderr } = await trial(full, 'javascript');
    assert.equal(code, 1);
    assert.match(stderr, /full is not empty/);
    assert.deepEqual(await readdir(full), ['precious']);
  });
});
