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

describe('what an uninstall takes away', () => {
  it('is the configurations first and the namespace last, and no CRD', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: false, strangers: [] });
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

  it('is the CRDs as well when told', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: true, strangers: [] });
    assert.equal(removals(plan).length, inOrder(stages).length);
    assert.deepEqual(plan.kept, []);
  });

  it('is nothing that lacks our label, such as CRDs of AWS', async () => {
    const stages = await shipped();
    const live = installed(stages);
    for (const crd of stages.definitions) live.set(crd, { ...crd, metadata: { name: crd.metadata.name } });
    const plan = planRemoval(stages, live, { deleteCrds: true, strangers: [] });
    assert.deepEqual(plan.definitions, []);
    for (const { why } of plan.kept) assert.match(why, /not ours/);
    assert.equal(plan.kept.length, 2);
  });

  it('is not the namespace where others have moved in', async () => {
    const stages = await shipped();
    const plan = planRemoval(stages, installed(stages), { deleteCrds: true, strangers: ['secret/mine'] });
    assert.deepEqual(plan.namespace, []);
    assert.deepEqual(
      plan.kept.map(({ manifest, why }) => [shownName(manifest), why]),
      [['namespace/kubectl-zone-system', 'it holds secret/mine']],
    );
  });

  it('is nothing where nothing is', async () => {
    const plan = planRemoval(await shipped(), new Map(), { deleteCrds: true, strangers: [] });
    assert.deepEqual([removals(plan), plan.kept], [[], []]);
  });
});
