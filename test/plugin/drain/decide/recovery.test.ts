import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideDrain } from '../../../../plugin/drain/decide/decide.ts';
import { begun, input, NOW_MS, node, OPTIONS, observation, pod, workload, zoneBudget } from './builders.ts';

const KEY = 'prod/ingester';
const a1 = node('a1', 'zone-a', true);
/** Two workloads under one budget; the other one has a pod down in another zone. */
const own = workload({}, { zoneBudgets: [KEY] });
const other = workload(
  { 'other-9': 'zone-c' },
  { key: 'other', label: 'statefulset/other', zoneBudgets: [KEY] },
);
const seen = observation({
  nodes: [a1],
  pods: [pod('ingester-1', a1)],
  workloads: [own, other],
  zoneBudgets: zoneBudget(other, 4),
});
const excuse = { key: 'other', sinceMs: NOW_MS, total: 1, zones: [{ zone: 'zone-c', down: 1 }] };
const memory = { ...begun('zone-a', a1), known: ['ingester', 'other'], excuses: [excuse] };
const at = (nowMs: number, change: Partial<typeof seen> = {}) =>
  decideDrain(input({ ...seen, ...change }, { memory, nowMs }));

describe('a pod that the budget holds for a broken pod of another workload', () => {
  it('is waited for, says what would help, and not for ever', () => {
    const wait = at(NOW_MS);
    assert.ok(wait.kind === 'wait');
    assert.equal(wait.recheckAtMs, NOW_MS + OPTIONS.pendingMs);
    assert.match(wait.fix ?? '', /^repair statefulset\/other in prod and run the same command$/);
    const blocked = at(NOW_MS + OPTIONS.pendingMs);
    assert.ok(blocked.kind === 'blocked' && blocked.by === 'broken', JSON.stringify(blocked));
    assert.match(
      blocked.reason,
      /^1 pod of zone-a \(ingester-1\): budget prod\/ingester allows one zone at a time/,
    );
  });

  it('is waited for as long as pods of it may come back by themselves', () => {
    const down = { 'other-9': 'zone-c', 'other-8': 'zone-c' };
    const more = workload(down, { key: 'other', label: 'statefulset/other', zoneBudgets: [KEY] });
    const wait = at(NOW_MS + OPTIONS.pendingMs, { workloads: [own, more], zoneBudgets: zoneBudget(more, 4) });
    assert.ok(wait.kind === 'wait' && wait.recheckAtMs === undefined, JSON.stringify(wait));
  });

  it('has nothing to do with a workload under another budget', () => {
    const apart = workload(
      { 'other-9': 'zone-c' },
      { key: 'other', label: 'statefulset/other', zoneBudgets: ['prod/other'] },
    );
    const wait = at(NOW_MS + OPTIONS.pendingMs, { workloads: [own, apart] });
    assert.ok(wait.kind === 'wait', JSON.stringify(wait));
  });
});
