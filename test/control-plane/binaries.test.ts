import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findBinaries } from './binaries.ts';
import { kubernetesVersionOf, moduleOf, NEWEST_MODULE, NODES_MODULE } from './modules.ts';
import { linkerFlags, TOOLS } from './tools.ts';

describe('findBinaries', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'binaries-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  /** A folder with stand-ins for programs. */
  const folder = async (name: string, programs: readonly string[]) => {
    const path = join(dir, name);
    await mkdir(path);
    for (const program of programs) await writeFile(join(path, program), '', { mode: 0o755 });
    return path;
  };
  /** No Go on the PATH, and an empty cache. */
  const bare = (name: string) => ({ PATH: '', XDG_CACHE_HOME: join(dir, name) });

  it('takes everything from KUBEBUILDER_ASSETS where it is complete', async () => {
    const assets = await folder('complete', TOOLS);
    const lines: string[] = [];
    const found = await findBinaries({ ...bare('unused'), KUBEBUILDER_ASSETS: assets }, (line) =>
      lines.push(line),
    );
    assert.deepEqual(Object.values(found).sort(), TOOLS.map((tool) => join(assets, tool)).sort());
    assert.deepEqual(lines, []);
  });

  it('names what neither KUBEBUILDER_ASSETS nor the cache holds, when there is no Go', async () => {
    const assets = await folder('envtest', ['etcd', 'kube-apiserver', 'kubectl']);
    const lines: string[] = [];
    await assert.rejects(
      findBinaries({ ...bare('empty'), KUBEBUILDER_ASSETS: assets }, (line) => lines.push(line)),
      /needs kube-controller-manager, kube-scheduler, kwok,.*Install Go.*KUBEBUILDER_ASSETS/,
    );
    assert.deepEqual(lines, [
      `not in KUBEBUILDER_ASSETS (${assets}): kube-controller-manager, kube-scheduler, kwok`,
    ]);
  });

  it('names everything when there is nothing at all', async () => {
    await assert.rejects(
      findBinaries(bare('nothing'), () => undefined),
      /needs etcd, kube-apiserver, .*Install Go/,
    );
  });

  it('does not look into KUBEBUILDER_ASSETS for the programs of a version that KUBERNETES names', async () => {
    const assets = await folder('assets-of-another-version', TOOLS);
    const env = { ...bare('versioned'), KUBEBUILDER_ASSETS: assets, KUBERNETES: '1.30' };
    await assert.rejects(
      findBinaries(env, () => undefined),
      /needs kube-apiserver, kube-controller-manager, kube-scheduler, kubectl, found/,
    );
  });

  it('names the versions there are when KUBERNETES names another one', async () => {
    await assert.rejects(
      findBinaries({ ...bare('unknown'), KUBERNETES: '1.3' }, () => undefined),
      /^Error: KUBERNETES=1\.3: there is no such module, but 1\.30\.14, 1\.\d+\.\d+$/,
    );
  });
});

describe('moduleOf', () => {
  it('finds the newest by its version as well', async () => {
    const module = await readFile(join(NEWEST_MODULE, 'go.mod'), 'utf8');
    const newest = /k8s\.io\/kubernetes v(\S+)/.exec(module)?.[1];
    assert.equal(await moduleOf(newest), NEWEST_MODULE);
    assert.equal(await moduleOf(''), NEWEST_MODULE);
    assert.match(await moduleOf('1.30'), /versions\/1\.30\.14$/);
  });
});

describe('the module of real nodes', () => {
  it('pins the same Kubernetes as the control plane’s', async () => {
    assert.equal(await kubernetesVersionOf(NODES_MODULE), await kubernetesVersionOf(NEWEST_MODULE));
  });
});

describe('linkerFlags', () => {
  it('stamps the version, its major and its minor part', () => {
    const flags = linkerFlags('kube-apiserver', 'v1.36.3');
    assert.match(flags, /gitVersion=v1\.36\.3 /);
    assert.match(flags, /gitMajor=1 .*gitMinor=36$/);
    assert.match(linkerFlags('kwok', 'v0.8.0'), /consts\.Version=v0\.8\.0$/);
  });

  it('refuses what is not a version', () => {
    assert.throws(() => linkerFlags('kubectl', '(devel)'), /\(devel\)/);
  });
});
