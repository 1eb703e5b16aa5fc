import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { render } from '../../../plugin/install/manifests/render.ts';
import { shippedManifests } from '../../../plugin/install/manifests/shipped.ts';
import { startPlugin } from '../../helpers/plugin.ts';
import { at } from '../../manifests/read.ts';

const NOWHERE = join(import.meta.dirname, 'no-kubeconfig');

async function packageVersion(): Promise<string> {
  const path = join(import.meta.dirname, '..', '..', '..', 'package.json');
  return String(at(JSON.parse(await readFile(path, 'utf8')), 'version'));
}

describe('the bundle', () => {
  it('contains the manifests of the source', async () => {
    const argv = ['install', '--dry-run=client', '-o', 'json', '--image', 'x:1'];
    const { code, stdout, stderr } = await startPlugin(NOWHERE, argv).end;
    assert.equal(code, 0, stderr);
    const source = render(await shippedManifests(), { version: await packageVersion(), image: 'x:1' });
    const byKind = (objects: readonly { kind: string; metadata: { name: string } }[]) =>
      Object.fromEntries(objects.map((each) => [`${each.kind}/${each.metadata.name}`, each]));
    assert.deepEqual(byKind(JSON.parse(stdout).items), byKind(source));
  });

  it('knows its version and its runtime', async () => {
    const { code, stdout, stderr } = await startPlugin(NOWHERE, ['version', '--client', '-o', 'json']).end;
    assert.equal(code, 0, stderr);
    const { client } = JSON.parse(stdout);
    assert.deepEqual([client.version, client.form], [await packageVersion(), 'JavaScript']);
  });
});
