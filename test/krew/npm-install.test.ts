import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Home, makeHome, programOnPath } from './home.ts';
import { buildRelease, type LocalRelease } from './local-release.ts';
import { oldNodeComplaint, oldNodes } from './old-node.ts';
import { succeeded } from './run.ts';

/** Where `npm install -g --prefix` puts a package and the links to its programs. */
const PACKAGE = 'prefix/lib/node_modules/kubectl-zone';
const PROGRAMS = 'prefix/bin';

/** Everything that may be in the package. */
const NEEDED = [
  /^(LICENSE|THIRD-PARTY-LICENSES\.txt|README\.md|package\.json)$/,
  /^plugin\/(kubectl-zone|kubectl_complete-zone)$/,
  /^dist\/plugin\/[\w-]+\.js$/,
];

describe('the plugin installed by npm', () => {
  let release: LocalRelease;
  let home: Home;
  before(async () => {
    release = await buildRelease('javascript');
    home = await makeHome({ node: process.execPath, npm: await programOnPath('npm') }, [PROGRAMS]);
    await npm('install', release.npmPackage);
  });
  after(() => Promise.all([release.remove(), home.remove()]));

  /** npm without a network, and without anything in its cache. */
  const npm = async (...words: string[]) => {
    const prefix = join(home.dir, 'prefix');
    succeeded(await home.run('npm', [...words, '--global', '--offline', '--prefix', prefix]));
  };

  it('is found by kubectl and runs', async () => {
    assert.deepEqual(await home.files(PROGRAMS), ['kubectl-zone', 'kubectl_complete-zone']);
    const version = succeeded(await home.run('kubectl', ['zone', 'version', '--client']));
    assert.ok(version.includes(` ${release.version} (JavaScript,`), version);
    assert.match(succeeded(await home.run('kubectl', ['zone', '--help'])), /kubectl zone rollout/);
  });

  it('holds only what it needs, and all of it', async () => {
    const files = await home.files(PACKAGE);
    const superfluous = files.filter((file) => !NEEDED.some((pattern) => pattern.test(file)));
    const missing = NEEDED.filter((pattern) => !files.some((file) => pattern.test(file)));
    assert.deepEqual({ superfluous, missing }, { superfluous: [], missing: [] });
  });

  it('depends on nothing and runs no script when it is installed', async () => {
    const description: unknown = JSON.parse(await readFile(join(home.dir, PACKAGE, 'package.json'), 'utf8'));
    assert.ok(typeof description === 'object' && description !== null);
    assert.deepEqual(
      Object.keys(description).filter((key) => /dependencies|scripts/i.test(key)),
      [],
    );
  });

  it('says what is wrong with a Node that is too old', async () => {
    for (const old of await oldNodes(release.dir)) {
      const env = { PATH: `${old.dir}:${home.env.PATH}` };
      assert.deepEqual(await home.run('kubectl', ['zone', '--version'], env), oldNodeComplaint(old));
    }
  });

  it('leaves nothing behind when it is uninstalled', async () => {
    await npm('uninstall', 'kubectl-zone');
    assert.deepEqual(await home.files('prefix'), []);
    assert.deepEqual(await home.filesButCaches(), ['programs/kubectl', 'programs/node', 'programs/npm']);
  });
});
