import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { dump, loadAll } from 'js-yaml';
import { type Manifest, OURS, shownName } from '../../../plugin/install/manifests/manifest.ts';
import { inOrder, stagesOf } from '../../../plugin/install/manifests/order.ts';
import { printManifests } from '../../../plugin/install/manifests/print.ts';
import { labelValue, render } from '../../../plugin/install/manifests/render.ts';
import { shippedManifests } from '../../../plugin/install/manifests/shipped.ts';
import { kubectlPath, runKubectl } from '../../helpers/kubectl.ts';
import { at, MANIFESTS } from '../../manifests/read.ts';

const IMAGE = { name: 'registry.test/webhook', tag: 'v7' };

/** The manifests as rendered by the real kubectl, with a user's version, image and replicas. */
async function kustomized(): Promise<Manifest[]> {
  const dir = await mkdtemp(join(tmpdir(), 'overlay-'));
  try {
    const overlay = {
      resources: [relative(dir, MANIFESTS)],
      labels: [
        {
          pairs: { 'app.kubernetes.io/version': '1.2.3' },
          fields: [{ path: 'spec/template/metadata/labels', kind: 'Deployment' }],
        },
      ],
      images: [{ name: 'kubectl-zone-webhook', newName: IMAGE.name, newTag: IMAGE.tag }],
      replicas: [{ name: 'kubectl-zone-webhook', count: 3 }],
    };
    await writeFile(join(dir, 'kustomization.yaml'), dump(overlay));
    const target = { kubectlPath: await kubectlPath(), kubeconfigPath: '/nowhere', cacheDir: dir };
    const { code, stdout, stderr } = await runKubectl(target, ['kustomize', dir]);
    assert.equal(code, 0, stderr);
    return (loadAll(stdout) as Manifest[]).map(withoutNamespace);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** kubectl's kustomize adds a namespace to cluster-scoped kinds that it does not know yet. */
function withoutNamespace(manifest: Manifest): Manifest {
  if (!manifest.kind.startsWith('ValidatingAdmissionPolicy')) return manifest;
  const { namespace: _, ...metadata } = manifest.metadata;
  return { ...manifest, metadata };
}

const byName = (manifests: readonly Manifest[]) =>
  Object.fromEntries(manifests.map((manifest) => [shownName(manifest), manifest]));

describe('the rendered manifests', () => {
  it('are identical to those of kustomize', async () => {
    const ours = render(await shippedManifests(), {
      version: '1.2.3',
      image: `${IMAGE.name}:${IMAGE.tag}`,
      replicas: 3,
    });
    assert.deepEqual(byName(ours), byName(await kustomized()));
  });

  it('all have our label', async () => {
    for (const manifest of await shippedManifests()) {
      assert.equal(manifest.metadata.labels?.[OURS.key], OURS.value, shownName(manifest));
    }
  });

  it('are the CRDs and their roles without the webhook', async () => {
    const definitions = render(await shippedManifests(), { version: '1.2.3', image: undefined });
    assert.deepEqual(definitions.map(shownName).sort(), [
      'clusterrole.rbac.authorization.k8s.io/kubectl-zone-edit',
      'clusterrole.rbac.authorization.k8s.io/kubectl-zone-view',
      'customresourcedefinition.apiextensions.k8s.io/zoneawareupdates.zonecontrol.k8s.aws',
      'customresourcedefinition.apiextensions.k8s.io/zonedisruptionbudgets.zonecontrol.k8s.aws',
    ]);
  });

  it('are ordered by their dependencies', async () => {
    const ordered = inOrder(stagesOf(render(await shippedManifests(), { version: '1', image: 'x' })));
    const place = (kind: string) => ordered.findIndex((manifest) => manifest.kind === kind);
    const kinds = ['Namespace', 'CustomResourceDefinition', 'ServiceAccount', 'ClusterRole', 'RoleBinding'];
    const later = ['Deployment', 'MutatingWebhookConfiguration'];
    const places = [...kinds, ...later].map(place);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(!places.includes(-1));
  });

  it('can be parsed after printing', async () => {
    const manifests = render(await shippedManifests(), { version: '1', image: 'x' });
    assert.deepEqual(loadAll(await printManifests(manifests, 'yaml')), manifests);
    const list: unknown = JSON.parse(await printManifests(manifests, 'json'));
    assert.deepEqual([at(list, 'kind'), at(list, 'items')], ['List', manifests]);
  });

  it('have a version that is a valid label value', () => {
    assert.equal(labelValue('1.0.0-rc.1+build.7'), '1.0.0-rc.1_build.7');
  });
});
