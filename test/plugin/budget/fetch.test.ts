import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchState } from '../../../plugin/budget/fetch.ts';
import { UserError } from '../../../plugin/errors.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const BUDGETS = '/apis/zonecontrol.k8s.aws/v1/namespaces/default/zonedisruptionbudgets';

/** Answers with an empty list, unless another answer is given for the path. */
function cluster(answers: Readonly<Record<string, unknown>>): Kube {
  return {
    ...fakeKube(),
    async request({ path }) {
      const answer = answers[path] ?? { metadata: { resourceVersion: '7' }, items: [] };
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

async function complaint(answers: Readonly<Record<string, unknown>>, name?: string): Promise<string> {
  const error = await fetchState(cluster(answers), { namespace: 'default', name }).then(
    () => assert.fail('nothing was wrong'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  return `${error.message}\n${error.fix}`;
}

describe('fetchState', () => {
  it('says how to install the CRD that is missing', async () => {
    const missing = { [BUDGETS]: apiError(404, 'NotFound'), [`${BUDGETS}/a`]: apiError(404, 'NotFound') };
    for (const name of [undefined, 'a']) {
      assert.match(
        await complaint(missing, name),
        /not installed\n.*kubectl apply --server-side -k manifests\/crds/,
      );
    }
  });

  it('names the budgets there are', async () => {
    const answers = {
      [`${BUDGETS}/a`]: apiError(404, 'NotFound'),
      [BUDGETS]: { metadata: {}, items: [{ metadata: { name: 'c' } }, { metadata: { name: 'b' } }] },
    };
    assert.match(await complaint(answers, 'a'), /"a" not found in namespace "default"\nthere are: b, c/);
  });

  it('names the permission that is missing, and does without nodes', async () => {
    const forbidden = apiError(403, 'Forbidden');
    assert.match(
      await complaint({ '/api/v1/namespaces/default/pods': forbidden }),
      /cannot list pods in namespace default.*a Role that allows get, list and watch on pods/s,
    );
    const state = await fetchState(cluster({ '/api/v1/nodes': forbidden }), { namespace: 'default' });
    assert.equal(state.nodes, undefined);
    assert.deepEqual(state.versions, { pods: '7', statefulsets: '7', deployments: '7', replicasets: '7' });
  });

  it('names a budget that cannot be read', async () => {
    const bad = { metadata: { name: 'bad', namespace: 'default' }, spec: { maxUnavailable: {} } };
    assert.match(
      await complaint({ [BUDGETS]: { metadata: {}, items: [bad] } }),
      /the budget default\/bad cannot be read.*kubectl edit zdb bad -n default/s,
    );
  });
});
