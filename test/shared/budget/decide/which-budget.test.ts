import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ReadBudget, readBudget } from '../../../../shared/budget/decide/read-budget.ts';
import { budgetsCovering, type Deciding, whoDecides } from '../../../../shared/budget/decide/which-budget.ts';

const LABELS = { app: 'ingester' };
const STANDS = { terminating: false, terminal: false };

function read(name: string, spec: object = {}): ReadBudget {
  return readBudget({
    metadata: { name, namespace: 'cortex' },
    spec: { selector: { matchLabels: LABELS }, maxUnavailable: 1, ...spec },
  });
}

const unknownOperator = { selector: { matchExpressions: [{ key: 'app', operator: 'Near' }] } };

describe('whoDecides', () => {
  const decides = (budgets: readonly ReadBudget[], pod = STANDS): Deciding =>
    whoDecides(pod, budgetsCovering(LABELS, budgets));

  it('asks the one budget that covers the pod and is enforced', () => {
    const others = [
      read('dry', { dryRun: true }),
      read('elsewhere', { selector: { matchLabels: { app: 'other' } } }),
    ];
    const deciding = decides([...others, read('mine')]);
    assert.equal(deciding.kind === 'one' && deciding.budget.metadata.name, 'mine');
    assert.deepEqual(decides(others), { kind: 'nobody', why: 'no-budget' });
  });

  it('lets no budget keep what serves nobody any more', () => {
    const all = [read('one'), read('two'), read('bad', { dryRun: 'yes' })];
    assert.deepEqual(decides(all, { terminating: true, terminal: false }), {
      kind: 'nobody',
      why: 'terminating',
    });
    assert.deepEqual(decides(all, { terminating: false, terminal: true }), {
      kind: 'nobody',
      why: 'terminal',
    });
  });

  it('cannot choose among several, nor pass over one that nobody can read', () => {
    const several = decides([read('two'), read('one')]);
    assert.deepEqual(several.kind === 'several' && several.budgets.map(({ metadata }) => metadata.name), [
      'one',
      'two',
    ]);
    for (const bad of [read('bad', { dryRun: 'yes' }), read('bad', unknownOperator)]) {
      const deciding = decides([read('mine'), bad]);
      assert.deepEqual(deciding.kind === 'unreadable' && deciding.budgets.map(({ name }) => name), ['bad']);
    }
    assert.equal(decides([read('mine'), read('bad', { ...unknownOperator, dryRun: true })]).kind, 'one');
  });
});
