import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { reportBudgets } from '../../../plugin/budget/report.ts';
import {
  budgetOf,
  countedBy,
  deploymentOf,
  jobPod,
  NO_SCALE,
  NOW_MS,
  podOf,
  podsOf,
  type StateFixture,
  statefulSetOf,
  stateOf,
  stored,
} from './builders.ts';

const whole: StateFixture = { workloads: [statefulSetOf(6)], pods: podsOf(6) };
const only = (fixture: StateFixture) => {
  const [report, ...others] = reportBudgets(stateOf(fixture), NOW_MS);
  assert.equal(others.length, 0);
  return report ?? assert.fail();
};
const zonesOf = (fixture: StateFixture) =>
  only(fixture).zones.map(({ zone, healthy, expected, allowed }) => [zone, healthy, expected, allowed]);
const storedIn = ({ budgets: [budget] = [] }: StateFixture) => budget ?? assert.fail();

describe('reportBudgets', () => {
  it('allows maxUnavailable pods of each zone while all are available', () => {
    assert.deepEqual(zonesOf(whole), [
      ['zone-a', 2, 2, 2],
      ['zone-b', 2, 2, 2],
      ['zone-c', 2, 2, 2],
    ]);
  });

  it('allows more evictions only in the disrupted zone, and names its pods', () => {
    const pods = podsOf(6, { 1: { ready: false } });
    const state = { ...whole, pods };
    assert.deepEqual(zonesOf(state), [
      ['zone-a', 2, 2, 0],
      ['zone-b', 1, 2, 1],
      ['zone-c', 2, 2, 0],
    ]);
    assert.deepEqual(only(state).zones[1]?.unavailable, [{ pod: 'ingester-1', why: 'not ready' }]);
  });

  it('counts a missing pod in its last zone, or else separately', () => {
    const pods = podsOf(6, { 1: 'missing' });
    const gone = [podOf({ ordinal: 1 })];
    assert.deepEqual(zonesOf({ ...whole, pods, gone })[1], ['zone-b', 1, 2, 1]);
    const apart = only({ ...whole, pods });
    assert.deepEqual(apart.zones.at(-1), {
      zone: undefined,
      expected: 1,
      healthy: 0,
      unavailable: [{ pod: 'ingester-1', why: 'missing' }],
      reserved: [],
      allowed: 0,
    });
    assert.deepEqual(
      apart.zones.map(({ allowed }) => allowed),
      [0, 0, 0, 0],
    );
  });

  it('shows a reserved pod as reserved while it exists', () => {
    const counted = storedIn(countedBy(whole));
    const reservation = {
      pod: 'ingester-0',
      uid: 'uid-ingester-0',
      resourceVersion: '60',
      ownerVersions: { statefulsets: '60' },
      zone: 'zone-a',
      timeMs: NOW_MS,
      revision: 0,
    };
    const budget = stored(counted, { ...counted.status, reservations: [reservation] });
    const report = only({ ...whole, budgets: [budget] });
    assert.deepEqual(report.zones[0]?.reserved, ['ingester-0']);
    assert.deepEqual(
      report.zones.map(({ allowed }) => allowed),
      [1, 0, 0],
    );
    assert.deepEqual(report.stale, []);

    // It failed after its admission: its reservation stands for it, and it counts once.
    const failed = only({ ...whole, budgets: [budget], pods: podsOf(6, { 0: { ready: false } }) });
    assert.deepEqual(failed.zones[0]?.unavailable, []);
    assert.equal(failed.zones[0]?.healthy, 2);

    const gone = only({ ...whole, budgets: [budget], pods: podsOf(6, { 0: { terminating: true } }) });
    assert.deepEqual(gone.zones[0]?.reserved, []);
    assert.deepEqual(gone.stale, [
      'zone-a: stored 2/2 healthy, counted 1/2',
      'stored 1 reserved pod that no longer exists',
    ]);
  });

  it('shows why each pod is unavailable', () => {
    const owner = { kind: 'ReplicaSet', name: 'api-1', uid: 'rs' };
    const { zones } = only({
      workloads: deploymentOf(3),
      pods: [
        podOf({ name: 'going', owner, zone: 'zone-a', terminating: true }),
        podOf({ name: 'ended', owner, zone: 'zone-a', phase: 'Failed' }),
        podOf({ name: 'starting', owner, zone: 'zone-b', phase: 'Pending', ready: false }),
      ],
    });
    assert.deepEqual(
      zones.map(({ zone, unavailable }) => [zone, unavailable]),
      [
        ['zone-a', [{ pod: 'going', why: 'terminating' }]],
        ['zone-b', [{ pod: 'starting', why: 'starting' }]],
        [undefined, [{ pod: 'api-missing-0', why: 'missing' }]],
      ],
    );
  });

  it('has a row for a budget that cannot be read', () => {
    const malformed = [{ namespace: 'cortex', name: 'bad', reason: 'spec.maxUnavailable is not valid' }];
    const [bad, good] = reportBudgets(stateOf({ ...whole, malformed }), NOW_MS);
    assert.deepEqual([bad?.name, bad?.malformed, bad?.zones], ['bad', true, []]);
    assert.equal(
      bad?.problem,
      'it cannot be read: spec.maxUnavailable is not valid; correct it: kubectl edit zdb bad -n cortex',
    );
    assert.deepEqual([good?.name, good?.malformed, good?.zones.length], ['ingester', false, 3]);
  });

  it('rounds a percentage of all replicas up', () => {
    const report = only({ ...whole, budgets: [budgetOf({ maxUnavailable: '34%' })] });
    assert.equal(report.maxUnavailablePods, 3);
    assert.equal(report.maxUnavailable, '34%');
  });

  it('shows why a budget is not effective', () => {
    const bad = only({ ...whole, budgets: [budgetOf({ maxUnavailable: 'some' })] });
    assert.match(bad.problem ?? '', /invalid maxUnavailable: "some"/);
    assert.deepEqual(
      bad.zones.map(({ allowed }) => allowed),
      [0, 0, 0],
    );
    assert.match(only({ ...whole, workloads: [] }).problem ?? '', /its pods cannot be counted/);
  });

  it('detects an outdated status', () => {
    assert.deepEqual(only(whole).stale, ['no webhook has counted its pods yet']);
    const counted = storedIn(countedBy(whole));
    assert.deepEqual(only({ ...whole, budgets: [counted] }).stale, []);
    const pods = podsOf(6, { 5: { ready: false } });
    assert.deepEqual(only({ ...whole, budgets: [counted], pods }).stale, [
      'zone-c: stored 2/2 healthy, counted 1/2',
    ]);
    const changed = { ...counted, metadata: { ...counted.metadata, generation: 2 } };
    assert.deepEqual(only({ ...whole, budgets: [changed] }).stale, [
      'the webhook has not counted its pods since its spec was changed',
    ]);
  });

  it('sorts by namespace and name', () => {
    const budgets = [
      ['b', 'x'],
      ['a', 'y'],
      ['a', 'x'],
    ].map(([namespace, name]) => budgetOf({}, { namespace, name }));
    assert.deepEqual(
      reportBudgets(stateOf({ ...whole, budgets }), NOW_MS).map(
        ({ namespace, name }) => `${namespace}/${name}`,
      ),
      ['a/x', 'a/y', 'b/x'],
    );
  });

  it('detects a budget that protects nothing', () => {
    const typo = budgetOf({
      selector: { matchLabels: { app: 'ingester', 'app.kubernetes.io/part-of': 'x' } },
    });
    assert.match(
      only({ ...whole, budgets: [typo] }).problem ?? '',
      /protects nothing: no pod and no workload matches/,
    );
    for (const selector of [{}, undefined]) {
      const { problem } = only({ ...whole, budgets: [budgetOf({ selector })] });
      assert.match(problem ?? '', /protects nothing: an empty selector/);
    }
    const scaledToZero = { workloads: [statefulSetOf(0)], pods: [] };
    assert.equal(only(scaledToZero).problem, undefined);
  });

  it('names the pod of a Job that its selector covers by mistake', () => {
    const { problem, zones } = only({ ...whole, pods: [...(whole.pods ?? []), jobPod()], scales: NO_SCALE });
    assert.match(
      problem ?? '',
      /cannot be counted: job archive-28812345, which owns archive-28812345-x2x4b, /,
    );
    assert.deepEqual(zones, []);
  });

  it('shows the webhook’s count if permissions are missing', () => {
    const scales = { ring: { kind: 'replicas', replicas: 1 } } as const;
    const counted = countedBy({ pods: [ringPod()], scales });
    const forbidden = { ring: { kind: 'failed', error: 'rings.example.com is forbidden' } } as const;
    const { problem, zones, maxUnavailablePods } = only({ ...counted, scales: forbidden });
    assert.match(problem ?? '', /cannot be counted here, .*webhook’s count is shown: .* is forbidden/);
    assert.deepEqual([zones[0]?.zone, zones[0]?.expected, maxUnavailablePods], ['zone-a', 1, 2]);
  });
});

const ringPod = () =>
  podOf({ owner: { apiVersion: 'example.com/v1', kind: 'Ring', name: 'ring', uid: 'ring' } });
