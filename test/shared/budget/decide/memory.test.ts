import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createBudgetMemory } from '../../../../shared/budget/decide/memory.ts';
import type { BudgetStatus, ZoneDisruptionBudget } from '../../../../shared/budget/decide/types.ts';
import { budget, counts, reservation } from './builders.ts';

/** The budget at a version of its own, as it is counted and trusted but for the change. */
function at(
  version: number,
  change: Partial<BudgetStatus> = {},
  metadata: Partial<ZoneDisruptionBudget['metadata']> = {},
): ZoneDisruptionBudget {
  const made = budget({ revision: version, ...change });
  return { ...made, metadata: { ...made.metadata, uid: '', resourceVersion: String(version), ...metadata } };
}

describe('what a process remembers of a budget', () => {
  it('measures reservations from when it saw them first, whatever time they name', () => {
    const memory = createBudgetMemory();
    const one = reservation(0, { timeMs: 1, revision: 1 });
    const again = { ...one, revision: 3 };
    memory.see(at(1, { reservations: [one] }), 100);
    memory.see(at(2, { reservations: [one] }), 200);
    assert.equal(memory.reservedSinceMs(at(2), one), 100);
    memory.see(at(3, { reservations: [again] }), 300);
    assert.equal(memory.reservedSinceMs(at(3), again), 300);
    assert.equal(memory.reservedSinceMs(at(3), one), undefined);
    assert.equal(
      memory.standingSinceMs(at(3), again),
      100,
      'a pod that is asked for again stands from the first time',
    );
    memory.see(at(4), 400);
    memory.see(at(5, { reservations: [again] }), 500);
    assert.equal(memory.standingSinceMs(at(5), again), 500);
  });

  it('leaves older versions alone, also those with fewer digits', () => {
    const memory = createBudgetMemory();
    memory.see(at(10), 100);
    memory.see(at(9, { revision: 50 }), 200);
    assert.deepEqual([memory.revision(at(10)), memory.seenAtMs(at(10))], [10, 100]);
  });

  it('trusts a status that goes on, and not one that was put back', () => {
    const memory = createBudgetMemory();
    const since = () => memory.distrustedSinceMs(at(1));
    memory.see(at(5), 100);
    memory.see(at(6), 200);
    assert.equal(since(), undefined);
    memory.see(at(7, { revision: 5 }), 300);
    assert.equal(since(), 300);
    memory.see(at(8, { revision: 7, versions: {} }), 400);
    assert.equal(since(), 300, 'the time goes on while it settles');
    memory.see(at(9, { revision: 8 }), 500);
    assert.equal(since(), undefined);
    memory.see(at(10, { revision: 8, zones: counts({ 'zone-a': 1 }) }), 600);
    assert.equal(since(), 600, 'one revision never says two things');
  });

  it('begins anew with a change of what is covered, or with a generation that it missed', () => {
    const memory = createBudgetMemory();
    const since = () => memory.distrustedSinceMs(at(1));
    memory.see(at(1, { versions: {} }), 100);
    memory.see(at(2, { identity: 'of another selector' }), 200);
    assert.equal(since(), 100);
    memory.see(at(3, { versions: {} }, { generation: 5 }), 300);
    assert.equal(since(), 300);
  });

  it('distrusts when it is told, until counts come that are trusted', () => {
    const memory = createBudgetMemory();
    memory.see(at(1), 100);
    memory.distrust(at(1), 200);
    memory.distrust(at(1), 300);
    assert.equal(memory.distrustedSinceMs(at(1)), 200);
    memory.see(at(2), 400);
    assert.equal(memory.distrustedSinceMs(at(2)), undefined);
  });

  it('distrusts after evictions that nobody was asked about until a status says so', () => {
    const memory = createBudgetMemory();
    const since = () => memory.distrustedSinceMs(at(1));
    memory.see(at(1), 100);
    memory.notAsked(at(1), 200);
    // A count that was under way.
    memory.see(at(2), 300);
    assert.equal(since(), 200);
    memory.see(at(3, { versions: {} }), 400);
    assert.equal(since(), 200);
    memory.see(at(4), 500);
    assert.equal(since(), undefined);
    memory.notAsked(at(4), 600);
    memory.notAsked(at(4), 700);
    assert.equal(since(), 700, 'the time begins anew');
  });

  it('forgets what does not exist any more', () => {
    const memory = createBudgetMemory();
    memory.see(at(5), 100);
    memory.forget('');
    assert.deepEqual([memory.revision(at(5)), memory.seenAtMs(at(5))], [0, undefined]);
  });
});
