import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { guardsIn, podBudgetState } from '../../../plugin/drain/guards.ts';
import { readDrainRecord } from '../../../plugin/drain/pod-store.ts';
import { type ReadBudget, readBudget } from '../../../shared/budget/decide/read-budget.ts';
import { type PodDisruptionBudget, readPodDisruptionBudget } from '../../../shared/kube/objects.ts';

const zone = (name: string, spec: object, namespace = 'cortex'): ReadBudget =>
  readBudget({ metadata: { name, namespace }, spec: { maxUnavailable: 1, ...spec } });
const podBudget = (name: string, selector: object | undefined, rest: object = {}): PodDisruptionBudget =>
  readPodDisruptionBudget({
    metadata: { name, namespace: 'cortex', generation: 2 },
    spec: { selector, ...rest },
  });
const INGESTER = { matchLabels: { app: 'ingester' } };
const record = (phase = 'Running') =>
  readDrainRecord({
    metadata: { name: 'ingester-0', namespace: 'cortex', labels: { app: 'ingester' } },
    spec: {},
    status: { phase },
  });
const labelled = { namespace: 'cortex', labels: { app: 'ingester' } };

function guards(zones: ReadBudget[], pods: PodDisruptionBudget[], deletes = false) {
  const podBudgets = new Map(pods.map((each) => [each.metadata.name, each]));
  return guardsIn(
    { zoneBudgets: new Map(zones.map((each, index) => [`${index}`, each])), podBudgets },
    deletes,
  );
}

describe('what guards pods', () => {
  it('is a ZoneDisruptionBudget before a PodDisruptionBudget', () => {
    assert.equal(guards([], []).guardOf(labelled), 'none');
    assert.equal(guards([], [podBudget('p', INGESTER)]).guardOf(labelled), 'pod-budget');
    const both = guards([zone('z', { selector: INGESTER })], [podBudget('p', INGESTER)]);
    assert.equal(both.guardOf(labelled), 'zone-budget');
    assert.deepEqual(both.keysFor(record()), { zoneBudgets: ['cortex/z'], podBudgets: ['cortex/p'] });
  });

  it('covers everything with an empty selector only where that is a PodDisruptionBudget', () => {
    const all = guards([zone('z', { selector: {} })], [podBudget('p', {}), podBudget('q', undefined)]);
    assert.deepEqual(all.keysFor(record()), { zoneBudgets: [], podBudgets: ['cortex/p'] });
  });

  it('is not a budget of another namespace, or one that only warns', () => {
    const none = guards(
      [zone('z', { selector: INGESTER }, 'other'), zone('y', { selector: INGESTER, dryRun: true })],
      [],
    );
    assert.equal(none.guardOf(labelled), 'none');
  });

  it('is a budget that nobody can evaluate, for all pods of its namespace', () => {
    const operator = [{ key: 'app', operator: 'Near', values: ['x'] }];
    const odd = guards([zone('z', { selector: { matchExpressions: operator } })], []);
    assert.deepEqual(odd.keysFor(record()).zoneBudgets, ['cortex/z']);
    const broken = guards([zone('z', { maxUnavailable: {} })], []);
    assert.deepEqual(broken.keysFor(record()).zoneBudgets, ['cortex/z']);
    assert.equal(broken.malformed.length, 1);
  });

  it('says nothing about pods that have ended, and a PodDisruptionBudget nothing about those that wait', () => {
    const both = guards([zone('z', { selector: INGESTER })], [podBudget('p', INGESTER)]);
    assert.deepEqual(both.keysFor(record('Failed')), { zoneBudgets: [], podBudgets: [] });
    assert.deepEqual(both.keysFor(record('Pending')), { zoneBudgets: ['cortex/z'], podBudgets: [] });
  });

  it('is no PodDisruptionBudget where pods are deleted', () => {
    assert.equal(guards([], [podBudget('p', INGESTER)], true).guardOf(labelled), 'none');
  });
});

describe('a PodDisruptionBudget', () => {
  const state = (status: object, spec: object = {}) =>
    podBudgetState({
      ...podBudget('p', INGESTER, spec),
      status: {
        observedGeneration: 2,
        currentHealthy: 3,
        desiredHealthy: 3,
        expectedPods: 4,
        disruptionsAllowed: 2,
        ...status,
      },
    });

  it('allows nothing before its spec has been counted', () => {
    assert.equal(state({}).disruptionsAllowed, 2);
    assert.equal(state({ observedGeneration: 1 }).disruptionsAllowed, 0);
  });

  it('lets unready pods go when it is healthy, or always where its policy says so', () => {
    assert.equal(state({}).unreadyMayGo, true);
    assert.equal(state({ currentHealthy: 2 }).unreadyMayGo, false);
    assert.equal(state({ currentHealthy: 0, desiredHealthy: 0 }).unreadyMayGo, false);
    assert.equal(
      state({ currentHealthy: 2 }, { unhealthyPodEvictionPolicy: 'AlwaysAllow' }).unreadyMayGo,
      true,
    );
  });
});
