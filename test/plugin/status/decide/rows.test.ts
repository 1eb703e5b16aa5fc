import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeFacts, RolloutFacts, WorkloadFacts } from '../../../../plugin/status/decide/facts.ts';
import { fleetStatus, needsAttention, STATES } from '../../../../plugin/status/decide/rows.ts';
import { BROKEN, NO_ROLLOUT, RETURNING, workload, zone } from '../builders.ts';

const statusOf = (workloads: readonly WorkloadFacts[], nodes: readonly NodeFacts[] = []) =>
  fleetStatus({ workloads, nodes, notes: [] });

function stateOf(change: Partial<WorkloadFacts>, nodes: readonly NodeFacts[] = []) {
  const [row] = statusOf([workload(change)], nodes).items;
  return row && [row.state, row.why];
}

const rollout = (change: Partial<RolloutFacts>): { rollout: RolloutFacts } => ({
  rollout: { ...NO_ROLLOUT, ...change },
});
const RUNNING = rollout({ state: 'running', holder: 'ann@laptop/1/x', wave: { number: 2, zone: 'zone-a' } });
const zones = (...down: Parameters<typeof zone>[1][]) =>
  ['zone-a', 'zone-b', 'zone-c'].map((name, index) => zone(name, down[index]));

describe('the status of a workload', () => {
  it('is ok if all its pods are on the newest revision and nobody touches it', () => {
    assert.deepEqual(stateOf({}), ['ok', '']);
    assert.deepEqual(stateOf({ updated: 3 }), ['outdated', '']);
  });

  it('is two zones down, whatever takes them down', () => {
    const why = 'zone-a: ingester-6 (starting); zone-b: ingester-3 (ImagePullBackOff)';
    assert.deepEqual(stateOf({ ...RUNNING, zones: zones([RETURNING], [BROKEN]) }), ['zones-down', why]);
  });

  it('is unhealthy because of a pod that no rollout and no drain has taken down', () => {
    const why = 'zone-b: ingester-3 (ImagePullBackOff)';
    assert.deepEqual(stateOf({ zones: zones([], [BROKEN]) }), ['unhealthy', why]);
    assert.deepEqual(stateOf({ ...RUNNING, zones: zones([], [BROKEN, RETURNING]) }), ['unhealthy', why]);
    assert.deepEqual(stateOf({ ...RUNNING, zones: zones([RETURNING]) }), ['rolling-out', '']);
    // A rollout that is gone explains nothing.
    assert.deepEqual(stateOf({ zones: zones([RETURNING]) })?.[0], 'unhealthy');
    const drain = rollout({ state: 'running', holder: 'ann@laptop/1/drain-x', isDrain: true });
    assert.deepEqual(stateOf({ ...drain, zones: zones([BROKEN]) }), ['draining', '']);
  });

  it('says how a rollout ended that did not finish', () => {
    for (const [ended, state] of [
      ['failed', 'failed'],
      ['stopped', 'stopped'],
      ['interrupted', 'stopped'],
    ] as const) {
      assert.deepEqual(stateOf({ updated: 3, ...rollout({ state: 'idle', ended, reason: 'r' }) }), [
        state,
        'r',
      ]);
    }
    const lost = rollout({ state: 'idle', ended: 'lost' });
    assert.equal(stateOf({ updated: 3, ...lost })?.[0], 'stopped');
    // What has been finished since by other means is no trouble.
    assert.deepEqual(stateOf(rollout({ state: 'done', ended: 'failed' })), ['ok', '']);
  });

  it('says why a rollout is held', () => {
    const held = rollout({ state: 'held', holder: 'ann@laptop/1/x', reason: 'paused by bob' });
    assert.deepEqual(stateOf(held), ['held', 'paused by bob']);
  });

  it('sees a zone in which no node is open, unless a drain has just closed it', () => {
    const nodes = ['a', 'b'].map((name) => ({ name, zone: 'zone-b', cordoned: true, by: undefined }));
    const open = { name: 'c', zone: 'zone-b', cordoned: false, by: undefined };
    assert.equal(stateOf({}, nodes)?.[0], 'no-open-node');
    assert.equal(stateOf({}, [...nodes, open])?.[0], 'ok');
    assert.equal(stateOf({ zones: [zone('zone-a'), zone('zone-c')] }, nodes)?.[0], 'ok');
    const drain = rollout({ state: 'running', holder: 'ann@laptop/1/drain-x', isDrain: true });
    assert.equal(stateOf(drain, nodes)?.[0], 'draining');
  });

  it('names the budget that cannot be used', () => {
    const budget = { name: 'b', maxUnavailable: '', dryRun: false, allowed: [], problem: 'it is broken' };
    assert.deepEqual(stateOf({ budgets: [budget] }), ['budget-problem', 'budget b: it is broken']);
  });
});

describe('the status of all workloads', () => {
  it('has the worst first, and then names in order', () => {
    const items = [
      workload({ name: 'ok-b' }),
      workload({ name: 'ok-a' }),
      workload({ name: 'rolling', ...RUNNING }),
      workload({ name: 'broken', zones: zones([BROKEN]) }),
      workload({ name: 'lost', zones: zones([BROKEN], [BROKEN]) }),
    ];
    const { items: rows } = statusOf(items);
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['lost', 'broken', 'rolling', 'ok-a', 'ok-b'],
    );
    assert.deepEqual(
      rows.map(needsAttention),
      rows.map(({ state }) => STATES.indexOf(state) < STATES.indexOf('rolling-out')),
    );
  });

  it('leaves out what is in one zone, unless a budget or a rollout concerns it', () => {
    const single = { zones: [zone('zone-a')] };
    const budget = { name: 'b', maxUnavailable: '1', dryRun: false, allowed: [], problem: undefined };
    const { items, notSpread } = statusOf([
      workload({ name: 'alone', ...single }),
      workload({ name: 'covered', ...single, budgets: [budget] }),
      workload({ name: 'rolling', ...single, ...RUNNING }),
    ]);
    assert.deepEqual(items.map(({ name }) => name).sort(), ['covered', 'rolling']);
    assert.equal(notSpread, 1);
  });

  it('lists cordoned nodes by zone, for a workload those of its zones', () => {
    const node = (name: string, zoneName: string | undefined, cordoned: boolean) => ({
      ...{ name, zone: zoneName, cordoned, by: undefined },
    });
    const nodes = [node('n3', 'zone-b', true), node('n1', 'zone-b', true), node('n2', 'zone-b', false)];
    const others = [node('n4', 'zone-z', true), node('n5', undefined, true), node('n6', 'zone-a', false)];
    const { items, cordoned } = statusOf([workload()], [...nodes, ...others]);
    assert.deepEqual(items[0]?.cordoned, [{ zone: 'zone-b', nodes: ['n1', 'n3'], of: 3 }]);
    assert.deepEqual(cordoned, [
      { zone: null, nodes: ['n5'], of: 1 },
      { zone: 'zone-b', nodes: ['n1', 'n3'], of: 3 },
      { zone: 'zone-z', nodes: ['n4'], of: 1 },
    ]);
  });

  it('says who does what', () => {
    const drain = rollout({ state: 'running', holder: 'bob@host/1/drain-x', isDrain: true });
    const { items } = statusOf([workload({ ...RUNNING }), workload({ name: 'store', ...drain })]);
    assert.deepEqual(items[0]?.rollout, {
      ...{ state: 'running', by: 'ann@laptop/1/x', wave: 2, zone: 'zone-a', reason: null },
    });
    assert.equal(items[0]?.drain, null);
    assert.deepEqual([items[1]?.rollout, items[1]?.drain], [null, { by: 'bob@host/1/drain-x' }]);
  });
});
