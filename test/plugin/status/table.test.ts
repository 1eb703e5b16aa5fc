import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { BudgetFacts, WorkloadFacts } from '../../../plugin/status/decide/facts.ts';
import { fleetStatus } from '../../../plugin/status/decide/rows.ts';
import { statusCells, statusHeader, statusNotes } from '../../../plugin/status/table.ts';
import { BROKEN, NO_ROLLOUT, workload, zone } from './builders.ts';

const PLAIN = { namespaces: false, wide: false };

function cellsOf(change: Partial<WorkloadFacts>, options = PLAIN): Record<string, string> {
  const [row] = fleetStatus({ workloads: [workload(change)], nodes: [], notes: [] }).items;
  assert.ok(row);
  const cells = statusCells(row, options);
  return Object.fromEntries(statusHeader(options).map((title, index) => [title, cells[index] ?? '']));
}

const budget = (allowed: readonly number[], change: Partial<BudgetFacts> = {}): BudgetFacts => ({
  ...{ name: 'b', maxUnavailable: '33%', dryRun: false, problem: undefined },
  allowed: allowed.map((pods, index) => ({ zone: `zone-${'abc'[index]}`, pods })),
  ...change,
});

describe('the table of the status', () => {
  it('has a row for each workload, complete in itself', () => {
    const down = [zone('zone-a'), zone('zone-b', [BROKEN]), zone(undefined)];
    assert.deepEqual(cellsOf({ kind: 'deployment', zones: down, updated: 3 }), {
      WORKLOAD: 'deploy/ingester',
      STATE: 'unhealthy',
      HEALTHY: 'zone-a 4/4, zone-b 3/4, unknown zone 4/4',
      UPDATED: '3/12',
      ROLLOUT: '-',
      'EVICTIONS ALLOWED': '<no budget>',
      'CORDONED NODES': '-',
    });
    const wide = cellsOf({ zones: down }, { namespaces: true, wide: true });
    assert.deepEqual(
      [wide.NAMESPACE, wide.REVISION, wide.BUDGETS, wide.REASON],
      ['cortex', 'ingester-2', '-', 'zone-b: ingester-3 (ImagePullBackOff)'],
    );
  });

  it('says what the budgets allow now', () => {
    const allowed = (...budgets: BudgetFacts[]) => cellsOf({ budgets })['EVICTIONS ALLOWED'];
    assert.equal(allowed(budget([4, 4, 4])), '4 in any zone');
    assert.equal(allowed(budget([0, 3, 0])), '3 in zone-b');
    assert.equal(allowed(budget([4, 3, 4])), '4 in zone-a or 3 in zone-b or 4 in zone-c');
    assert.equal(allowed(budget([0, 0, 0])), 'none');
    assert.equal(allowed(budget([], { problem: 'broken' })), 'none: see -o wide');
    assert.equal(allowed(budget([1, 1, 1], { dryRun: true })), '1 in any zone (only warns)');
    assert.equal(allowed(budget([1, 1, 1]), budget([0, 0, 0])), '1 in any zone; none');
  });

  it('says what the rollout does, without the command that continues it', () => {
    const text = (change: object, wide = false) =>
      cellsOf({ updated: 3, rollout: { ...NO_ROLLOUT, ...change } }, { namespaces: false, wide }).ROLLOUT;
    const running = { state: 'running', holder: 'ann@laptop/1/x' };
    assert.equal(text(running), 'about to begin, by ann@laptop');
    assert.equal(
      text({ ...running, wave: { number: 3, zone: 'zone-b' } }),
      'wave 3 in zone-b, by ann@laptop',
    );
    assert.equal(
      text({ ...running, holder: 'ann@laptop/1/drain-x', isDrain: true }),
      'drained by ann@laptop',
    );
    const reason = `paused by bob: ${'too slow '.repeat(20)}`;
    assert.equal(text({ ...running, state: 'held', reason })?.length, 60);
    assert.equal(text({ ...running, state: 'held', reason }, true), reason.trim());
    const aborted = {
      state: 'idle',
      ended: 'stopped',
      reason: 'aborted by bob; continue with: kubectl zone x',
    };
    assert.equal(text(aborted), 'stopped: aborted by bob');
    const left = { state: 'idle', ended: 'interrupted', reason: 'continue with: kubectl zone x' };
    assert.equal(text(left), 'interrupted');
    assert.equal(text({ state: 'idle', ended: 'lost' }), 'its process is gone');
  });

  it('notes the cordoned nodes, what is not shown and what could not be read', () => {
    const nodes = [{ name: 'n1', zone: 'zone-a', cordoned: true, by: undefined }];
    const alone = workload({ name: 'alone', zones: [zone('zone-a')] });
    assert.deepEqual(statusNotes(fleetStatus({ workloads: [workload(), alone], nodes, notes: ['n'] })), [
      'cordoned: n1 (zone-a)',
      'not shown, because neither spread over zones nor covered by a budget: 1 workload',
      'n',
    ]);
  });
});
