import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { takeBuiltinsDirectly } from '../../../krew/bundle/builtins.ts';
import { configWithoutClient } from '../../../krew/bundle/client-config.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ENTRY = `export { KubeConfig } from '@kubernetes/client-node/dist/config.js';`;
const KUBECONFIG = JSON.stringify({
  'current-context': 'main',
  contexts: [{ name: 'main', context: { cluster: 'main', user: 'main' } }],
  clusters: [{ name: 'main', cluster: { server: 'https://api.test' } }],
  users: [{ name: 'main', user: { token: 'secret' } }],
});

/** When one of these fails, client-node has changed: adapt the plugin, or remove it. */
describe('KubeConfig without the HTTP client', () => {
  let dir = '';
  let inputs: string[] = [];
  let bundled: typeof import('@kubernetes/client-node/dist/config.js');
  before(async () => {
    dir = await mkdtemp(join(ROOT, 'node_modules', '.client-config-'));
    const { metafile, outputFiles } = await build({
      ...{ stdin: { contents: ENTRY, resolveDir: ROOT }, bundle: true, format: 'esm', platform: 'node' },
      ...{ write: false, metafile: true, plugins: [configWithoutClient] },
    });
    inputs = Object.keys(metafile.inputs);
    await writeFile(join(dir, 'config.mjs'), takeBuiltinsDirectly(outputFiles[0]?.text ?? ''));
    bundled = await import(join(dir, 'config.mjs'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('leaves out undici and the generated client', () => {
    assert.deepEqual(inputs.filter((path) => path.startsWith('no-client:')).sort(), [
      'no-client:./gen/index.js',
      'no-client:./middleware.js',
      'no-client:undici',
    ]);
    assert.deepEqual(
      inputs.filter((path) => /node_modules\/(?:undici|@kubernetes\/client-node\/dist\/gen)\//.test(path)),
      [],
    );
  });

  it('loads configurations, and gives the headers of a login', async () => {
    const config = new bundled.KubeConfig();
    config.loadFromString(KUBECONFIG);
    assert.equal(config.getCurrentCluster()?.server, 'https://api.test');
    config.loadFromCluster(dir);
    assert.equal(config.getCurrentUser()?.authProvider.name, 'tokenFile');
    config.loadFromString(KUBECONFIG);
    const options: { headers?: Record<string, unknown> } = {};
    await config.applyToHTTPSOptions(options as Parameters<typeof config.applyToHTTPSOptions>[0]);
    assert.equal(options.headers?.Authorization, 'Bearer secret');
  });

  it('says that it has no client', () => {
    const config = new bundled.KubeConfig();
    config.loadFromString(KUBECONFIG);
    assert.throws(() => config.makeApiClient(class {} as never), /is not part of this bundle/);
  });
});
