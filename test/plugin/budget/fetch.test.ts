import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchState } from '../../../plugin/budget/fetch.ts';
import { reportBudgets } from '../../../plugin/budget/report.ts';
import { systemClock } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
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
  const error = await fetchState(cluster(answers), { namespace: 'default', name }, systemClock).then(
    () => assert.fail('nothing was wrong'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError, String(error));
  return `${error.message}\n${error.fix}`;
}

describe('fetchState', () => {
  it('explains how to install a missing CRD', async () => {
    const missing = { [BUDGETS]: apiError(404, 'NotFound'), [`${BUDGETS}/a`]: apiError(404, 'NotFound') };
    for (const name of [undefined, 'a']) {
      assert.match(
        await complaint(missing, name),
        /not installed\n.*kubectl apply --server-side -k manifests\/crds/,
      );
    }
  });

  it('names the existing budgets', async () => {
    const answers = {
      [`${BUDGETS}/a`]: apiError(404, 'NotFound'),
      [BUDGETS]: { metadata: {}, items: [{ metadata: { name: 'c' } }, { metadata: { name: 'b' } }] },
    };
    assert.match(await complaint(answers, 'a'), /"a" not found in namespace "default"\nthere are: b, c/);
  });

  it('names a missing permission, and does not need nodes', async () => {
    const forbidden = apiError(403, 'Forbidden');
    assert.match(
      await complaint({ '/api/v1/namespaces/default/pods': forbidden }),
      /cannot list pods in namespace default.*a Role that allows get, list and watch on pods/s,
    );
    const state = await fetchState(
      cluster({ '/api/v1/nodes': forbidden }),
      { namespace: 'default' },
      systemClock,
    );
    assert.equal(state.zoneOfNode('node-a'), undefined);
    assert.deepEqual(state.versions, { pods: '7', statefulsets: '7', deployments: '7', replicasets: '7' });
  });

  it('reads all other budgets if some cannot be read, and reports why', async () => {
    const budget = (name: string, spec: object) => ({ metadata: { name, namespace: 'default' }, spec });
    const items = [
      budget('good', { maxUnavailable: 1 }),
      budget('bad', { maxUnavailable: {}, dryRun: 'yes' }),
      { metadata: { name: 'worse', namespace: 'default', labels: 7 } },
    ];
    const { budgets, malformed } = await fetchState(
      cluster({ [BUDGETS]: { metadata: {}, items } }),
      { namespace: 'default' },
      systemClock,
    );
    assert.deepEqual(
      budgets.map(({ metadata }) => metadata.name),
      ['good'],
    );
    assert.deepEqual(
      malformed.map(({ name, reason }) => [name, reason]),
      [
        ['bad', 'spec.maxUnavailable is not valid; spec.dryRun should be boolean'],
        ['worse', 'TypeError: metadata.labels should be an object but is 7'],
      ],
    );
  });

  it('reads only the scales of owners of covered pods', async () => {
    const pod = (name: string, app: string) => ({
      metadata: {
        name,
        namespace: 'default',
        uid: name,
        labels: { app },
        ownerReferences: [
          { apiVersion: 'example.com/v1', kind: 'Ring', name: app, uid: `uid-${app}`, controller: true },
        ],
      },
      spec: {},
      status: {},
    });
    const resources = [
      { name: 'rings', kind: 'Ring' },
      { name: 'rings/scale', kind: 'Ring' },
    ];
    const RINGS = '/apis/example.com/v1/namespaces/default/rings';
    const items = [
      { metadata: { name: 'db', namespace: 'default' }, spec: { selector: { matchLabels: { app: 'db' } } } },
    ];
    const kube = cluster({
      [BUDGETS]: { metadata: {}, items },
      '/api/v1/namespaces/default/pods': {
        metadata: { resourceVersion: '7' },
        items: [pod('a', 'db'), pod('b', 'db'), pod('c', 'other')],
      },
      '/apis/example.com/v1': { resources },
      [`${RINGS}/db/scale`]: { metadata: { uid: 'uid-db' }, spec: { replicas: 5 } },
      [`${RINGS}/other/scale`]: new Error('nobody has to ask this'),
    });
    const state = await fetchState(kube, { namespace: 'default' }, systemClock);
    const [report] = reportBudgets(state, 0);
    assert.equal(report?.expectedReplicas, 5);
  });
});
