import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { budgetManifest, overlapping } from '../../../plugin/budget/create.ts';
import { readEnforcement } from '../../../plugin/budget/enforcement.ts';
import { parseWorkload } from '../../../plugin/budget/target.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';
import { budgetOf, statefulSetOf } from './builders.ts';

/** Answers GETs by path; an unknown path is 404, an error is thrown. */
function answering(answers: Readonly<Record<string, unknown>>): Kube {
  return {
    ...fakeKube(),
    async request({ path }) {
      const answer = answers[path] ?? apiError(404, 'NotFound');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
}

const CONFIGURATION = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/kubectl-zone';
const webhook = (name = 'evictions.kubectl-zone.dev') => ({
  metadata: { name: 'kubectl-zone' },
  webhooks: [
    {
      name,
      namespaceSelector: {
        matchExpressions: [
          { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] },
        ],
      },
    },
  ],
});

describe('readEnforcement', () => {
  const kindIn = async (namespace: string, answer: unknown) =>
    (await readEnforcement(answering({ [CONFIGURATION]: answer }), namespace)).kind;

  it('finds the webhook if it is called for the namespace', async () => {
    assert.equal(await kindIn('cortex', webhook()), 'enforced');
    assert.equal(await kindIn('kube-system', webhook()), 'not-enforced');
    assert.equal(await kindIn('cortex', webhook('other')), 'not-enforced');
    assert.equal(await kindIn('cortex', undefined), 'not-enforced');
  });

  it('uses the labels of the namespace if it may read them', async () => {
    const optIn = {
      metadata: { name: 'kubectl-zone' },
      webhooks: [
        { name: 'evictions.kubectl-zone.dev', namespaceSelector: { matchLabels: { zones: 'yes' } } },
      ],
    };
    const labels = { metadata: { name: 'cortex', labels: { zones: 'yes' } } };
    const kube = answering({ [CONFIGURATION]: optIn, '/api/v1/namespaces/cortex': labels });
    assert.equal((await readEnforcement(kube, 'cortex')).kind, 'enforced');
    assert.equal(await kindIn('cortex', optIn), 'not-enforced');
  });

  it('is unknown without permission', async () => {
    assert.equal(await kindIn('cortex', apiError(403, 'Forbidden')), 'unknown');
    await assert.rejects(kindIn('cortex', apiError(500, 'InternalError')), /InternalError/);
  });
});

describe('budget create', () => {
  it('uses the workload’s selector', () => {
    const selector = { matchExpressions: [{ key: 'app', operator: 'Exists', values: [] }] };
    const manifest = budgetManifest(
      { name: 'b', maxUnavailable: '33%', unhealthyPodEvictionPolicy: 'IfHealthyBudget', warnOnly: true },
      { ...statefulSetOf(3), selector },
    );
    assert.deepEqual(manifest, {
      apiVersion: 'zonecontrol.k8s.aws/v1',
      kind: 'ZoneDisruptionBudget',
      metadata: { name: 'b', namespace: 'cortex' },
      spec: {
        selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
        maxUnavailable: '33%',
        unhealthyPodEvictionPolicy: 'IfHealthyBudget',
        dryRun: true,
      },
    });
  });

  it('finds budgets that cover the same pods', () => {
    const other = budgetOf({ selector: { matchLabels: { app: 'api' } } }, { name: 'other' });
    assert.deepEqual(overlapping([other, budgetOf()], statefulSetOf(3)), ['ingester']);
  });

  it('accepts all names of workload kinds', () => {
    for (const [text, resource] of [
      ['sts/a', 'statefulsets'],
      ['StatefulSet/a', 'statefulsets'],
      ['deployments.apps/a', 'deployments'],
      ['rs/a', 'replicasets'],
    ] as const) {
      assert.equal(parseWorkload(text).address.resource, resource);
    }
    for (const text of ['a', 'sts/', 'sts/a/b', 'ds/a']) assert.throws(() => parseWorkload(text), /--for/);
  });
});
