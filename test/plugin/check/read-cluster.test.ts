import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addObject, emptyInventory } from '../../../plugin/check/decide/inventory.ts';
import { readCluster } from '../../../plugin/check/read-cluster.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import { answering } from './cluster.ts';
import { NAMESPACE, store } from './decide/well-made.ts';

const SCOPE = { namespace: NAMESPACE, targets: [], selector: undefined };

describe('a cluster', () => {
  it('is read like its manifests', async () => {
    const { kube } = answering(store());
    const read = await readCluster(kube, SCOPE);
    const expected = emptyInventory();
    for (const object of store()) addObject(expected, object, object);
    assert.deepEqual(read.gaps, []);
    for (const field of ['pods', 'nodes', 'services', 'zoneBudgets', 'claims', 'volumes'] as const) {
      assert.deepEqual(read[field], expected[field], field);
    }
    assert.deepEqual(read.webhookDeployments, expected.webhookDeployments);
    assert.deepEqual(
      read.workloads.map(({ name }) => name),
      ['store'],
    );
  });

  it('leaves gaps for objects that may not be read', async () => {
    const kube: Kube = {
      ...fakeKube(),
      async request({ path }) {
        if (path.endsWith('/statefulsets') || path.endsWith('/deployments'))
          return { metadata: {}, items: [] };
        throw apiError(path.endsWith('/nodes') ? 403 : 404, 'Forbidden');
      },
    };
    const { gaps } = await readCluster(kube, SCOPE);
    assert.deepEqual(gaps, [{ topic: 'nodes', reason: 'no permission to list nodes', expected: false }]);
  });

  it('leaves a gap for an object that cannot be parsed', async () => {
    const { kube } = answering(
      store().map((object) =>
        object.kind === 'ZoneDisruptionBudget' ? { ...object, spec: { dryRun: 'yes' } } : object,
      ),
    );
    const { gaps, zoneBudgets } = await readCluster(kube, SCOPE);
    assert.deepEqual(zoneBudgets, []);
    assert.deepEqual(
      gaps.map(({ topic, reason }) => [topic, reason.split(':')[0]]),
      [['zonedisruptionbudgets', 'ZoneDisruptionBudget "store" cannot be read']],
    );
  });

  it('fails without the workloads, or if the API server fails', async () => {
    const failing = (code: number, part: string): Kube => ({
      ...fakeKube(),
      async request({ path }) {
        if (path.includes(part)) throw apiError(code, 'Trouble');
        return { metadata: {}, items: [] };
      },
    });
    await assert.rejects(readCluster(failing(403, '/statefulsets'), SCOPE), /Trouble/);
    await assert.rejects(readCluster(failing(500, '/services'), SCOPE), /Trouble/);
  });
});
