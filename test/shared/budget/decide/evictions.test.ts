import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AskedEviction,
  decideEvictions,
  type EvictionContext,
} from '../../../../shared/budget/decide/evictions.ts';
import type { PodRecord } from '../../../../shared/budget/decide/pod-record.ts';
import type { ReadBudget } from '../../../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../../../shared/budget/decide/types.ts';
import { budget, NOW_MS } from './builders.ts';

const LABELS = { app: 'ingester' };

function asked(ordinal: number, change: Partial<AskedEviction & { labels: object }> = {}): AskedEviction {
  const name = `ingester-${ordinal}`;
  const uid = `uid-${ordinal}`;
  const pod: PodRecord = {
    ...{ name, uid, namespace: 'cortex', resourceVersion: '105', controller: undefined },
    ...{ node: 'zone-a', available: true, terminating: false, terminal: false, labels: LABELS },
  };
  return { name, pod, binding: { uid }, dryRun: false, reserveOnly: false, ...change };
}

function context(
  budgets: readonly ZoneDisruptionBudget[],
  change: Partial<EvictionContext> = {},
): EvictionContext {
  return {
    budgets: budgets.map((each): ReadBudget => ({ kind: 'budget', budget: each })),
    localViewOf: () => ({}),
    zoneOfNode: (node) => node,
    ownerOf: () => ({ expected: true, versions: {} }),
    nowMs: NOW_MS,
    ...change,
  };
}

const covering = () => budget({}, { selector: { matchLabels: LABELS }, maxUnavailable: 1 });

describe('decideEvictions', () => {
  it('decides a batch by one status to write, in order of arrival', () => {
    const all = [asked(0), asked(1)];
    const { settled, byBudget } = decideEvictions(all, context([covering()]));
    const [group] = byBudget;
    assert.equal(settled.size, 0);
    assert.deepEqual(
      all.map((each) => group?.rulings.get(each)?.outcome.why),
      ['within-budget', 'zone-full'],
    );
    assert.deepEqual(
      group?.next?.reservations.map(({ pod }) => pod),
      ['ingester-0'],
    );
  });

  it('gives a dry run the verdict that it would get alone, and reserves nothing for it', () => {
    const all = [asked(0), asked(1, { dryRun: true })];
    const [group] = decideEvictions(all, context([covering()])).byBudget;
    assert.deepEqual(
      all.map((each) => group?.rulings.get(each)?.outcome.kind),
      ['allow', 'allow'],
    );
    assert.deepEqual(
      group?.next?.reservations.map(({ pod }) => pod),
      ['ingester-0'],
    );
    const [alone] = decideEvictions([asked(1, { dryRun: true })], context([covering()])).byBudget;
    assert.equal(alone?.next, undefined);
  });

  it('counts the pods of a budget once for all of its evictions', () => {
    let times = 0;
    const localViewOf = () => {
      times += 1;
      return {};
    };
    const dryRuns = [0, 1, 2].map((ordinal) => asked(ordinal, { dryRun: true }));
    decideEvictions(dryRuns, context([covering()], { localViewOf }));
    assert.equal(times, 1);
  });

  it('writes the mark of a budget that is not trusted, but not for a dry run', () => {
    const marked = { ...covering().status, versions: {}, revision: 8 };
    const given = context([covering()], { localViewOf: () => ({ marked }) });
    const [real] = decideEvictions([asked(0)], given).byBudget;
    assert.equal(real?.next, marked);
    const [dry] = decideEvictions([asked(0, { dryRun: true })], given).byBudget;
    assert.equal(dry?.next, undefined);
    assert.equal([...(dry?.rulings.values() ?? [])][0]?.outcome.kind, 'deny');
  });

  it('names why the pods cannot be counted, where nobody has counted them', () => {
    const uncounted = { ...covering(), status: { ...covering().status, versions: {} } };
    const localViewOf = () => ({ uncountable: 'its owner has no scale' });
    const given = context([uncounted], { localViewOf });
    const [group] = decideEvictions([asked(0)], given).byBudget;
    const [ruling] = [...(group?.rulings.values() ?? [])];
    assert.match(ruling?.outcome.kind === 'deny' ? ruling.outcome.reason : '', /its owner has no scale/);
    const [usable] = decideEvictions([asked(0)], context([covering()], { localViewOf })).byBudget;
    assert.equal([...(usable?.rulings.values() ?? [])][0]?.outcome.kind, 'allow');
  });
});
