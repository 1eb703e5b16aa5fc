import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readZoneDisruptionBudget } from '../../../../shared/budget/decide/budget.ts';
import { failSync } from '../../../../shared/budget/decide/reconcile.ts';
import { viewBudget } from '../../../../shared/budget/decide/view.ts';

const budget = readZoneDisruptionBudget({
  metadata: { name: 'db', namespace: 'default', generation: 1 },
  spec: { selector: { matchLabels: { app: 'db' } }, maxUnavailable: 1 },
});

describe('a budget that nothing can be decided by', () => {
  it('says why its pods cannot be counted, also when they never could', () => {
    const reason = 'job backup, which owns backup-x, has no scale subresource; change the selector';
    const view = viewBudget({ ...budget, status: failSync(budget, reason, 0) });
    assert.deepEqual('code' in view && view, {
      code: 'sync-failed',
      reason: `the pods of budget default/db cannot be counted: ${reason}`,
      fix: 'the budget is counted again as soon as this changes',
    });
  });

  it('asks for the webhook only where nobody has said anything', () => {
    const view = viewBudget(budget);
    assert.match('code' in view ? view.fix : '', /check that the webhook is running/);
  });
});
