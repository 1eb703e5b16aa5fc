import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Manifest, shownName } from '../../../plugin/install/manifests/manifest.ts';
import { inOrder, type Stages, stagesOf } from '../../../plugin/install/manifests/order.ts';
import { render } from '../../../plugin/install/manifests/render.ts';
import { shippedManifests } from '../../../plugin/install/manifests/shipped.ts';
import { planRemoval, removals } from '../../../plugin/install/remove/plan.ts';

const shipped = async () => stagesOf(render(await shippedManifests(), { version: '1', image: 'x' }));
const installed = (stages: Stages) => new Map(inOrder(stages).map((each) => [each, each]));
const kinds = (manifests: readonly Manifest[]) => manifests.map(({ kind }) => kind);

describe('an uninstall', () => {
  it('deletes the configurations first and the namespace last, and keeps the CRDs', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: false, foreign: [] });
    const order = kinds(removals(plan));
    assert.deepEqual(order.slice(0, 3), [
      'ValidatingWebhookConfiguration',
      'MutatingWebhookConfiguration',
      'Deployment',
    ]);
    assert.equal(order.at(-1), 'Namespace');
    assert.ok(order.indexOf('ClusterRoleBinding') < order.indexOf('ClusterRole'));
    assert.ok(!order.includes('CustomResourceDefinition'));
    assert.deepEqual(
      plan.kept.map(({ manifest }) => manifest.kind),
      ['CustomResourceDefinition', 'CustomResourceDefinition'],
    );
  });

  it('deletes the CRDs on request', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: true, foreign: [] });
    assert.equal(removals(plan).length, inOrder(stages).length);
    assert.deepEqual(plan.kept, []);
  });

  it('keeps objects without our label, such as CRDs of AWS', async () => {
    const stages = await shipped();
    const live = installed(stages);
    for (const crd of stages.definitions) live.set(crd, { ...crd, metadata: { name: crd.metadata.name } });
    const plan = planRemoval(stages, live, { deleteCrds: true, foreign: [] });
    assert.deepEqual(plan.definitions, []);
    for (const { why } of plan.kept) assert.match(why, /does not have the label/);
    assert.equal(plan.kept.length, 2);
  });

  it('keeps the namespace if it contains objects of others', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: true, foreign: ['secret/mine'] });
    assert.deepEqual(plan.namespace, []);
    assert.deepEqual(
      plan.kept.map(({ manifest, why }) => [shownName(manifest), why]),
      [['namespace/kubectl-zone-system', 'it contains secret/mine']],
    );
  });

  it('deletes nothing if nothing is installed', async () => {
    const plan = planRemoval(await shipped(), new Map(), { deleteCrds: true, foreign: [] });
    assert.deepEqual([removals(plan), plan.kept], [[], []]);
  });
});
