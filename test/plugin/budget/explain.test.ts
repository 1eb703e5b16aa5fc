import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { explainEviction } from '../../../plugin/budget/explain.ts';
import { explanationLines } from '../../../plugin/budget/explanation-lines.ts';
import { readPodDisruptionBudget } from '../../../shared/kube/objects.ts';
import {
  budgetOf,
  countedBy as counted,
  ENFORCED,
  jobPod,
  NO_SCALE,
  NOT_ENFORCED,
  NOW_MS,
  podOf,
  podsOf,
  type StateFixture,
  statefulSetOf,
  stateOf,
} from './builders.ts';

const pods = podsOf(6, { 1: { ready: false } });
const disrupted: StateFixture = { workloads: [statefulSetOf(6)], pods };
const explain = (ordinal: number, fixture: StateFixture, enforcement = ENFORCED) =>
  explainEviction(
    {
      pod: fixture.pods?.[ordinal] ?? podOf({ ordinal }),
      state: stateOf(fixture),
      podDisruptionBudgets: [],
      enforcement,
    },
    NOW_MS,
  );

describe('explainEviction', () => {
  it('gives the answer of the webhook', () => {
    const denied = explain(0, counted(disrupted));
    assert.equal(denied.verdict, 'denied');
    assert.match(denied.budgets[0]?.decision.reason ?? '', /zone-b has 1 of 2 pods unavailable/);
    assert.equal(explain(4, counted(disrupted)).verdict, 'admitted');
  });

  it('uses the pods if no webhook maintains the status, and says that nothing enforces it', () => {
    const denied = explain(0, disrupted, NOT_ENFORCED);
    assert.equal(denied.verdict, 'unenforced');
    assert.match(denied.budgets[0]?.decision.reason ?? '', /zone-b has 1 of 2 pods unavailable/);
    assert.match(
      explanationLines(denied).join('\n'),
      /although its budget denies it.*no webhook enforces.*install it/s,
    );
  });

  it('denies like a webhook that has not counted yet', () => {
    const { verdict, budgets } = explain(4, disrupted);
    assert.equal(verdict, 'denied');
    assert.match(budgets[0]?.decision.reason ?? '', /have not been counted yet/);
  });

  it('admits an unready pod by the policy of the budget', () => {
    assert.match(explain(1, counted(disrupted)).budgets[0]?.decision.reason ?? '', /policy is AlwaysAllow/);
    const both = { ...disrupted, pods: podsOf(6, { 0: { ready: false }, 1: { ready: false } }) };
    const strict = budgetOf({ unhealthyPodEvictionPolicy: 'IfHealthyBudget' });
    assert.equal(explain(0, counted({ ...both, budgets: [strict] })).verdict, 'denied');
  });

  it('denies a pod with two budgets, naming both', () => {
    const budgets = [budgetOf(), budgetOf({}, { name: 'another' })];
    const { verdict, budgets: answers } = explain(0, { ...disrupted, budgets });
    assert.equal(verdict, 'denied');
    assert.match(
      answers[0]?.decision.reason ?? '',
      /more than one ZoneDisruptionBudget \(another, ingester\)/,
    );
  });

  it('lets the enforced budget decide if another one only warns', () => {
    const budgets = [budgetOf(), budgetOf({ dryRun: true, maxUnavailable: 0 }, { name: 'rehearsal' })];
    const { verdict, budgets: answers } = explain(4, counted({ ...disrupted, budgets }));
    assert.equal(verdict, 'admitted');
    assert.deepEqual(
      answers.map(({ name, decision }) => [name, decision.kind]),
      [
        ['ingester', 'allow'],
        ['rehearsal', 'deny'],
      ],
    );
  });

  it('denies an unready pod with two budgets, whatever their policies', () => {
    const budgets = [budgetOf(), budgetOf({}, { name: 'another' })];
    assert.equal(explain(1, counted({ ...disrupted, budgets })).verdict, 'denied');
  });

  it('admits an eviction if the budget only warns', () => {
    const warning = counted({ ...disrupted, budgets: [budgetOf({ dryRun: true })] });
    const explanation = explain(0, warning);
    assert.equal(explanation.verdict, 'admitted');
    assert.match(explanationLines(explanation).join('\n'), /would deny, but only warns/);
  });

  it('denies pods that cannot be counted', () => {
    const { verdict, budgets } = explain(0, { ...disrupted, workloads: [] });
    assert.equal(verdict, 'denied');
    assert.match(
      budgets[0]?.decision.reason ?? '',
      /statefulset ingester, which owns ingester-0, does not exist/,
    );
  });

  it('names the true cause even if the webhook has not reported it yet', () => {
    const pods = [...podsOf(6), jobPod()];
    const fixture = { workloads: [statefulSetOf(6)], pods, scales: NO_SCALE };
    for (const enforcement of [ENFORCED, NOT_ENFORCED]) {
      const { budgets } = explain(0, fixture, enforcement);
      const text = budgets[0]?.decision.reason ?? '';
      assert.match(
        text,
        /cannot be counted: job archive-28812345, which owns archive-28812345-x2x4b, has no scale/,
      );
      assert.doesNotMatch(`${text} ${budgets[0]?.decision.fix}`, /that the webhook is running/);
    }
  });

  it('uses the webhook’s count if the pods cannot be counted here', () => {
    const before = counted({ workloads: [statefulSetOf(6)], pods: podsOf(6) });
    const now = { ...before, pods: [...podsOf(6), jobPod()], scales: NO_SCALE };
    const { verdict, budgets } = explain(0, now);
    assert.equal(verdict, 'admitted');
    assert.match(budgets[0]?.stale[0] ?? '', /cannot be counted now: job archive-28812345/);
  });

  it('denies pods if a budget of the namespace cannot be read, like the webhook', () => {
    const malformed = [{ namespace: 'cortex', name: 'bad', reason: 'spec.dryRun should be boolean' }];
    const { verdict, budgets } = explain(4, { ...counted(disrupted), malformed });
    assert.equal(verdict, 'denied');
    assert.match(
      budgets[1]?.decision.reason ?? '',
      /\(spec.dryRun should be boolean\), and it may cover the pod/,
    );
    assert.match(budgets[1]?.decision.fix ?? '', /kubectl edit zdb bad -n cortex/);
    const elsewhere = malformed.map((each) => ({ ...each, namespace: 'other' }));
    assert.equal(explain(4, { ...counted(disrupted), malformed: elsewhere }).verdict, 'admitted');
    const going = { ...counted(disrupted), malformed, pods: podsOf(6, { 4: { terminating: true } }) };
    assert.equal(explain(4, going).verdict, 'admitted');
  });

  it('names a PodDisruptionBudget that denies the eviction', () => {
    const budget = readPodDisruptionBudget({
      metadata: { name: 'strict', generation: 1 },
      spec: { selector: { matchLabels: { app: 'ingester' } } },
      status: { observedGeneration: 1, currentHealthy: 5, desiredHealthy: 5, expectedPods: 6 },
    });
    const state = counted(disrupted);
    const pod = state.pods?.[4] ?? assert.fail();
    const input = { pod, state: stateOf(state), podDisruptionBudgets: [budget], enforcement: ENFORCED };
    const explanation = explainEviction(input, NOW_MS);
    assert.equal(explanation.verdict, 'denied');
    assert.deepEqual(explanationLines(explanation).slice(-2), [
      'PodDisruptionBudget strict: denies',
      '  5 of 6 pods are healthy, 5 required, allows 0',
    ]);
  });

  it('admits a pod without a budget', () => {
    const explanation = explain(0, { ...disrupted, budgets: [] }, NOT_ENFORCED);
    assert.equal(explanation.verdict, 'admitted');
    assert.deepEqual(explanationLines(explanation), [
      'pod cortex/ingester-0 of zone-a (available)',
      'eviction: would be admitted',
      '',
      'no ZoneDisruptionBudget covers the pod',
    ]);
  });
});
