import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkDrainAccess, type DrainNeeds, hasZoneBudgets } from '../../../plugin/drain/preflight.ts';
import { UserError } from '../../../shared/errors.ts';
import type { Kube, KubeRequest } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const NEEDS: DrainNeeds = { acts: true, disableEviction: false, zoneBudgets: true };

/** An API server that allows what is not listed as `verb resource`; remembers what it was asked. */
function reviewing(denied: readonly string[]): { kube: Kube; asked: string[] } {
  const asked: string[] = [];
  const request = async ({ body }: KubeRequest) => {
    const { verb, resource, subresource, namespace } = (
      body as { spec: { resourceAttributes: Record<string, string> } }
    ).spec.resourceAttributes;
    assert.equal(namespace, undefined, 'over all namespaces');
    const access = `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
    asked.push(access);
    return { status: { allowed: !denied.includes(access) } };
  };
  return { kube: { ...fakeKube(), request }, asked };
}

async function asked(needs: Partial<DrainNeeds>): Promise<string[]> {
  const { kube, asked } = reviewing([]);
  await checkDrainAccess(kube, { ...NEEDS, ...needs });
  return asked;
}

describe('access before a drain', () => {
  it('names each missing verb and resource', async () => {
    const { kube } = reviewing(['patch nodes', 'create pods/eviction', 'watch poddisruptionbudgets']);
    await assert.rejects(checkDrainAccess(kube, NEEDS), (error) => {
      assert.ok(error instanceof UserError);
      assert.deepEqual(error.message.split('\n'), [
        'cannot watch poddisruptionbudgets (policy) in the cluster: ask for a ClusterRole that allows watch on poddisruptionbudgets',
        'cannot patch nodes in the cluster: ask for a ClusterRole that allows patch on nodes',
        'cannot create pods/eviction in the cluster: ask for a ClusterRole that allows create on pods/eviction',
      ]);
      assert.equal(error.fix, 'nothing was changed');
      return true;
    });
  });

  it('asks only for what will be done', async () => {
    const all = await asked({});
    assert.ok(all.includes('create pods/eviction') && !all.includes('delete pods'));
    assert.ok(all.includes('watch zonedisruptionbudgets') && all.includes('list daemonsets'));

    const deleting = await asked({ disableEviction: true });
    assert.ok(!deleting.includes('create pods/eviction') && deleting.includes('delete pods'));

    const reading = await asked({ acts: false });
    assert.deepEqual(
      reading.filter((access) => !/^(list|watch) /.test(access)),
      [],
    );
    const without = await asked({ zoneBudgets: false });
    assert.ok(!without.includes('list zonedisruptionbudgets'));
  });
});

describe('hasZoneBudgets', () => {
  const answering = (answer: unknown): Kube => ({
    ...fakeKube(),
    async request({ path }) {
      assert.equal(path, '/apis/zonecontrol.k8s.aws/v1');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const resources = (...names: string[]) => ({ resources: names.map((name) => ({ name })) });

  it('knows by discovery whether the CRD is there', async () => {
    assert.equal(await hasZoneBudgets(answering(resources('zonedisruptionbudgets'))), true);
    assert.equal(await hasZoneBudgets(answering(resources('zoneawareupdates'))), false);
    assert.equal(await hasZoneBudgets(answering(apiError(404, 'NotFound'))), false);
    await assert.rejects(hasZoneBudgets(answering(apiError(500, 'InternalError'))), /InternalError/);
  });
});
