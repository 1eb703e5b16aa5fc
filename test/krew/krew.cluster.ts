import assert from 'node:assert/strict';
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type Home, programOnPath } from './home.ts';
import { type KrewBench, krewBench } from './krew-bench.ts';
import { oldNodeComplaint, oldNodes } from './old-node.ts';
import { run, succeeded } from './run.ts';

const DARWIN = { KREW_OS: 'darwin', KREW_ARCH: 'arm64' };
const LATER = '99.0.0';

/** Stands beside the cluster suites because it takes Go to build krew; there is no cluster in it. */
describe('the plugin installed by the real krew', () => {
  let bench: KrewBench;
  before(async () => {
    bench = await krewBench();
  });
  after(() => bench.close());

  /** Installs from local files, as somebody does who has no network. */
  const installLocally = async (
    home: Home,
    variant: 'executable' | 'javascript',
    env: Record<string, string> = {},
  ) => {
    const manifest = await bench.manifestFile('https://downloads.invalid');
    const archive = bench.release.archive(variant);
    return home.run('kubectl', ['krew', 'install', `--manifest=${manifest}`, `--archive=${archive}`], env);
  };

  it("satisfies krew's validator, which installs every platform", async () => {
    const manifest = await bench.manifestFile(bench.server.url);
    const home = await bench.home();
    const { code, stderr } = await run(bench.tools.validator, ['-manifest', manifest], home.env);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /all 3 spec\.platforms installed fine/);
  });

  it('runs as an executable where there is neither Node nor git nor a network', async () => {
    const home = await bench.home();
    const elsewhere = { HTTP_PROXY: bench.server.url, HTTPS_PROXY: bench.server.url };
    const before = bench.server.requests.length;

    const { code, stderr } = await installLocally(home, 'executable', elsewhere);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Use this plugin:\n \| \tkubectl zone\n/);
    assert.match(stderr, /macOS: needs Node 22\.18/);
    const version = succeeded(await home.run('kubectl', ['zone', 'version', '--client'], elsewhere));
    assert.ok(version.includes(` ${bench.release.version} (executable,`), version);
    assert.match(succeeded(await home.run('kubectl', ['zone', '--help'])), /kubectl zone rollout/);
    assert.deepEqual(bench.server.requests.slice(before), []);
  });

  it('brings the licences along', async () => {
    const home = await bench.home();
    succeeded(await installLocally(home, 'executable'));
    const files = await home.files(`.krew/store/zone/v${bench.release.version}`);
    assert.deepEqual(files, ['LICENSE', 'THIRD-PARTY-LICENSES.txt', 'kubectl-zone']);
  });

  it('runs as JavaScript, as on macOS', async () => {
    const home = await bench.home({ node: process.execPath });
    succeeded(await installLocally(home, 'javascript', DARWIN));
    const version = succeeded(await home.run('kubectl', ['zone', 'version', '--client']));
    assert.ok(version.includes(` ${bench.release.version} (JavaScript,`), version);
    assert.match(succeeded(await home.run('kubectl', ['zone', '--help'])), /kubectl zone rollout/);
  });

  it('says what is wrong with a Node that is too old for the JavaScript', async () => {
    for (const old of await oldNodes(bench.release.dir)) {
      const home = await bench.home();
      succeeded(await installLocally(home, 'javascript', DARWIN));
      const env = { PATH: `${old.dir}:${home.env.PATH}` };
      assert.deepEqual(await home.run('kubectl', ['zone', '--version'], env), oldNodeComplaint(old));
    }
  });

  it('is not installed from an archive that is not the released one', async () => {
    const home = await bench.home();
    const { code, stderr } = await installLocally(home, 'javascript');
    assert.equal(code, 1);
    assert.match(stderr, /checksum does not match/);
    assert.deepEqual(await home.files('.krew'), []);
  });

  it('is not offered on Windows', async () => {
    const home = await bench.home();
    const { code, stderr } = await installLocally(home, 'javascript', { KREW_OS: 'windows' });
    assert.equal(code, 1);
    assert.match(stderr, /"zone" does not offer installation for this platform/);
  });

  it('comes from an index, is upgraded and leaves nothing behind', async () => {
    const git = await programOnPath('git');
    const home = await bench.home({ git });
    const index = await bench.index(git);
    const krew = async (...words: string[]) => home.run('kubectl', ['krew', ...words]);
    const installed = () => realpath(join(home.dir, '.krew', 'bin', 'kubectl-zone'));

    await index.publish(await bench.release.manifest(bench.server.url));
    succeeded(await krew('index', 'add', 'local', index.dir));
    succeeded(await krew('install', 'local/zone'));
    assert.equal(succeeded(await krew('list')), 'local/zone');
    assert.equal(succeeded(await home.run('kubectl', ['zone', '--version'])), bench.release.version);
    assert.match((await krew('upgrade', 'zone')).stderr, /the newest version is already installed/);

    await index.publish(await bench.release.manifest(bench.server.url, LATER));
    const { code, stderr } = await krew('upgrade');
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`local/zone v${bench.release.version} -> v${LATER}`));
    assert.match(await installed(), new RegExp(`/store/zone/v${LATER}/kubectl-zone$`));
    assert.deepEqual(await home.files(`.krew/store/zone/v${bench.release.version}`), []);
    succeeded(await home.run('kubectl', ['zone', '--help']));

    succeeded(await krew('uninstall', 'zone'));
    assert.match((await home.run('kubectl', ['zone'])).stderr, /unknown command "zone"/);
    const left = (await home.filesButCaches()).filter((file) => !file.startsWith('.krew/index/'));
    assert.deepEqual(left, ['programs/git', 'programs/kubectl', 'programs/kubectl-krew']);
  });
});
