import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type BudgetView, decideEviction } from '../../../../shared/budget/decide/decide.ts';
import { ALWAYS_ALLOW, IF_HEALTHY_BUDGET } from '../../../../shared/budget/decide/policy.ts';
import type { PodRead } from '../../../../shared/budget/decide/types.ts';
import { counts, podRead, reservation } from './builders.ts';

function ask(view: Partial<BudgetView>, change: Partial<PodRead> = {}, policy = ALWAYS_ALLOW) {
  const whole: BudgetView = { zones: counts({}), reservations: [], maxUnavailable: 2, ...view };
  const pod = podRead(4, change);
  return decideEviction(whole, policy, { name: pod.name, pod });
}

function said(decision: ReturnType<typeof ask>): string {
  return decision.kind === 'deny' ? `${decision.reason}; ${decision.fix}` : decision.reason;
}

describe('what a refusal says', () => {
  it('names the other zone, its counts and the pods about to be evicted', () => {
    const reservations = [reservation(0)];
    assert.equal(
      said(ask({ zones: counts({ 'zone-a': 1 }), reservations })),
      'ingester-4 of zone-b cannot be evicted: zone-a has 1 of 2 pods unavailable and ingester-0 about to be evicted; ' +
        'try again when all pods of zone-a are available',
    );
  });

  it('names a pod that is lost', () => {
    const zones = [{ zone: '?ingester-7', expected: 1, unavailable: 1 }, ...counts({})];
    assert.equal(
      said(ask({ zones })),
      'ingester-4 of zone-b cannot be evicted: ingester-7 is unavailable and its zone is unknown; ' +
        'try again when ingester-7 is available in a known zone',
    );
  });

  it('names the limit of the own zone', () => {
    assert.equal(
      said(ask({ zones: counts({ 'zone-b': 2 }) })),
      'ingester-4 of zone-b cannot be evicted: zone-b has 2 of 2 pods unavailable, and maxUnavailable is 2; ' +
        'try again when fewer than 2 pods of zone-b are unavailable, or raise maxUnavailable of the budget',
    );
    assert.equal(
      said(ask({ maxUnavailable: 0 })),
      'ingester-4 of zone-b cannot be evicted: maxUnavailable is 0; raise maxUnavailable of the budget',
    );
  });

  it('names the label that a node lacks', () => {
    assert.equal(
      said(ask({}, { zone: undefined })),
      'ingester-4 cannot be evicted: its zone is unknown; label its node with topology.kubernetes.io/zone',
    );
  });
});

describe('what needs no budget', () => {
  const full = { zones: counts({ 'zone-a': 2, 'zone-c': 1 }) };

  it('a pod that is terminating, has ended or does not exist', () => {
    for (const [change, why] of [
      [{ terminating: true, available: false }, 'terminating'],
      [{ terminal: true, available: false }, 'terminal'],
    ] as const) {
      const decision = ask(full, change);
      assert.ok(decision.kind === 'allow' && decision.why === why && !decision.reserve);
      assert.deepEqual(decision.precondition, { uid: 'uid-4' }, 'bound to the pod that was read');
    }
    const gone = decideEviction({ ...full, reservations: [], maxUnavailable: 0 }, ALWAYS_ALLOW, {
      name: 'ingester-4',
      pod: undefined,
    });
    assert.ok(gone.kind === 'allow' && gone.why === 'gone');
  });

  it('a request for a pod that has been replaced: the API server refuses it', () => {
    const decision = decideEviction({ ...full, reservations: [], maxUnavailable: 0 }, ALWAYS_ALLOW, {
      name: 'ingester-4',
      pod: podRead(4),
      preconditionUid: 'uid-of-its-predecessor',
    });
    assert.ok(decision.kind === 'allow' && decision.why === 'other-pod');
    assert.equal(decision.precondition, undefined, 'the precondition of the client stays');
  });
});

describe('an unready pod', () => {
  it('may always go, unless the policy says IfHealthyBudget and the budget is not healthy', () => {
    const elsewhere = { zones: counts({ 'zone-a': 1 }) };
    const unready = { available: false };
    assert.equal(ask(elsewhere, unready).kind, 'allow');
    assert.equal(ask(elsewhere, unready, IF_HEALTHY_BUDGET).kind, 'deny');
    const healthy = { zones: counts({ 'zone-b': 2 }) };
    assert.equal(ask(healthy, unready, IF_HEALTHY_BUDGET).kind, 'allow');
    assert.equal(ask({ ...healthy, maxUnavailable: 1 }, unready, IF_HEALTHY_BUDGET).kind, 'deny');
  });

  it('is bound to the version that was read, lest it serves by the time it goes', () => {
    const decision = ask({}, { available: false, resourceVersion: '55' });
    assert.ok(decision.kind === 'allow' && !decision.reserve);
    assert.deepEqual(decision.precondition, { uid: 'uid-4', resourceVersion: '55' });
  });
});
