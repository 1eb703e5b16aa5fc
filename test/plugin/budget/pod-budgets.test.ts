import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { askPodBudgets } from '../../../plugin/budget/pod-budgets.ts';
import { readPodDisruptionBudget } from '../../../shared/kube/objects.ts';
import { podOf } from './builders.ts';

const budget = (name: string, { allowed = 0, healthy = 3, desired = 3, observed = 1, spec = {} } = {}) =>
  readPodDisruptionBudget({
    metadata: { name, generation: 1 },
    spec: { selector: { matchLabels: { app: 'ingester' } }, ...spec },
    status: {
      observedGeneration: observed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: 3,
      disruptionsAllowed: allowed,
    },
  });
const answers = (pod: Parameters<typeof podOf>[0], ...budgets: ReturnType<typeof budget>[]) =>
  askPodBudgets(budgets, podOf(pod)).map(({ name, allows }) => [name, allows]);

describe('askPodBudgets', () => {
  it('uses the allowed disruptions', () => {
    assert.deepEqual(answers({}, budget('full')), [['full', false]]);
    assert.deepEqual(answers({}, budget('free', { allowed: 1 })), [['free', true]]);
  });

  it('denies before the budget has been observed', () => {
    assert.deepEqual(answers({}, budget('new', { allowed: 1, observed: 0 })), [['new', false]]);
  });

  it('allows unready pods by the policy', () => {
    assert.deepEqual(answers({ ready: false }, budget('whole')), [['whole', true]]);
    assert.deepEqual(answers({ ready: false }, budget('short', { healthy: 2 })), [['short', false]]);
    const spec = { unhealthyPodEvictionPolicy: 'AlwaysAllow' };
    assert.deepEqual(answers({ ready: false }, budget('open', { healthy: 2, spec })), [['open', true]]);
  });

  it('allows pods that serve no requests', () => {
    assert.deepEqual(answers({ terminating: true }, budget('full')), [['full', true]]);
    assert.deepEqual(answers({ phase: 'Pending', ready: false }, budget('full', { healthy: 0 })), [
      ['full', true],
    ]);
  });

  it('denies a pod with two budgets, sorted by name', () => {
    const both = [budget('b', { allowed: 1 }), budget('a', { allowed: 1 })];
    assert.deepEqual(answers({}, ...both), [
      ['a', false],
      ['b', false],
    ]);
  });

  it('omits those of other pods; an empty selector covers all', () => {
    const other = budget('other', { spec: { selector: { matchLabels: { app: 'api' } } } });
    assert.deepEqual(answers({}, other), []);
    assert.deepEqual(answers({}, budget('all', { spec: { selector: {} } })), [['all', false]]);
  });
});
