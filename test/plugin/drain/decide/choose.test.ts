import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choosePods } from '../../../../plugin/drain/decide/choose.ts';
import { emptyDrainMemory } from '../../../../plugin/drain/decide/memory.ts';
import type {
  DrainMemory,
  DrainObservation,
  DrainOptions,
  PodBudgetState,
} from '../../../../plugin/drain/decide/types.ts';
import { node, OPTIONS, observation, pod, UNGUARDED, web, workload, zoneBudget } from './builders.ts';

const a1 = node('a1', 'zone-a', true);
const x1 = node('x1', undefined, true);

function choose(
  observation: DrainObservation,
  { memory = emptyDrainMemory(), options = OPTIONS }: { memory?: DrainMemory; options?: DrainOptions } = {},
) {
  const { chosen, held } = choosePods({ observation, memory, options }, observation.pods);
  return {
    chosen: chosen.map(({ name }) => name),
    held: held.map(({ pod: { name }, by }) => [name, by]),
    reasons: held.map(({ reason }) => reason),
  };
}

const three = ['ingester-1', 'ingester-2', 'ingester-3'].map((name) => pod(name, a1));
const zoneBudgets = zoneBudget(workload(), 2);
const pdb = (state: PodBudgetState) => new Map([['prod/pdb', state]]);

describe('which pods may be asked for now', () => {
  it('are as many as the zone budget admits, counting those asked for before', () => {
    assert.deepEqual(choose(observation({ pods: three, zoneBudgets })).chosen, ['ingester-3', 'ingester-2']);
    const pods = [{ ...three[0], asked: true } as (typeof three)[number], ...three.slice(1)];
    const { chosen, held, reasons } = choose(observation({ pods, zoneBudgets }));
    assert.deepEqual([chosen, held], [['ingester-3'], [['ingester-2', 'zone-budget']]]);
    assert.deepEqual(reasons, [
      'budget prod/ingester allows 2 in zone-a: zone-a has 2 pods about to be evicted',
    ]);
  });

  it('counts a pod once that the budget has a reservation for', () => {
    const pods = [pod('ingester-1', a1, { asked: true }), pod('ingester-2', a1)];
    const view = {
      zones: [],
      maxUnavailable: 2,
      reservations: [
        {
          pod: 'ingester-1',
          uid: 'uid-ingester-1',
          resourceVersion: '1',
          ownerVersions: {},
          zone: 'zone-a',
          timeMs: 0,
          revision: 0,
        },
      ],
    };
    const budgets = new Map([['prod/ingester', { view, policy: 'AlwaysAllow' }]]);
    assert.deepEqual(choose(observation({ pods, zoneBudgets: budgets })).chosen, ['ingester-2']);
  });

  it('are none that a budget of unknown state covers, but for those that are down anyway', () => {
    const view = { code: 'not-counted', reason: 'not counted yet', fix: 'start the webhook' } as const;
    const budgets = new Map([['prod/ingester', { view, policy: 'AlwaysAllow' }]]);
    const pods = [pod('ingester-1', a1), pod('ingester-2', a1, { available: false })];
    const { chosen, reasons } = choose(observation({ pods, zoneBudgets: budgets }));
    assert.deepEqual(chosen, ['ingester-2']);
    assert.deepEqual(reasons, ['not counted yet: start the webhook']);
    assert.deepEqual(choose(observation({ pods, zoneBudgets: new Map() })).chosen, []);
  });

  it('are none that two budgets of one kind cover', () => {
    const twoZone = pod('ingester-1', a1, { zoneBudgets: ['prod/ingester', 'prod/all'], available: false });
    const twoPod = pod('web-1', a1, { ...UNGUARDED, podBudgets: ['prod/pdb', 'prod/all'] });
    const { held, reasons } = choose(observation({ pods: [twoZone, twoPod] }));
    assert.deepEqual(held, [
      ['ingester-1', 'zone-budget'],
      ['web-1', 'pod-budget'],
    ]);
    assert.match(reasons[0] ?? '', /covered by 2 ZoneDisruptionBudgets \(prod\/ingester, prod\/all\)/);
  });

  it('are as many as a PodDisruptionBudget allows; what is down is free where it says so', () => {
    const pods = [
      pod('web-1', a1, { ...UNGUARDED, podBudgets: ['prod/pdb'], asked: true }),
      pod('web-2', a1, { ...UNGUARDED, podBudgets: ['prod/pdb'] }),
      pod('web-3', a1, { ...UNGUARDED, podBudgets: ['prod/pdb'] }),
      pod('web-4', a1, { ...UNGUARDED, podBudgets: ['prod/pdb'], available: false }),
    ];
    const seen = (state: PodBudgetState) => observation({ pods, podBudgets: pdb(state) });
    assert.deepEqual(choose(seen({ disruptionsAllowed: 2, unreadyMayGo: true })).chosen, ['web-4', 'web-3']);
    const { chosen, reasons } = choose(seen({ disruptionsAllowed: 2, unreadyMayGo: false }));
    assert.deepEqual(chosen, ['web-4']);
    assert.equal(reasons[0], 'PodDisruptionBudget prod/pdb allows 2, and 2 pods requested');
  });

  it('are none of an unguarded workload with pods down in another zone', () => {
    const pods = [pod('web-1', a1, UNGUARDED)];
    const seen = (zone: string | undefined) =>
      observation({ pods, workloads: [workload(), web({ 'web-9': zone })] });
    assert.deepEqual(choose(seen('zone-a')).chosen, ['web-1']);
    assert.deepEqual(choose(seen('zone-b')).held, [['web-1', 'other-zone']]);
    assert.deepEqual(choose(seen('zone-b')).reasons, [
      'deployment/web in prod is drained one zone at a time: web-9 of zone-b down',
    ]);
    assert.deepEqual(choose(seen(undefined)).held, [['web-1', 'other-zone']]);
  });

  it('are held beside pods of another zone that were down before the drain, unless these are ignored', () => {
    const pods = [pod('web-1', a1, UNGUARDED)];
    const seen = (down: Record<string, string>) => observation({ pods, workloads: [workload(), web(down)] });
    const excuses = [{ key: 'web', sinceMs: 0, total: 1, zones: [{ zone: 'zone-b', down: 1 }] }];
    const memory = { ...emptyDrainMemory(), excuses };
    const options = { ...OPTIONS, ignoreBroken: ['prod/deployment/web'] };
    assert.deepEqual(choose(seen({ 'web-9': 'zone-b' }), { memory }).held, [['web-1', 'other-zone']]);
    assert.deepEqual(choose(seen({ 'web-9': 'zone-b' }), { memory, options }).chosen, ['web-1']);
    const more = seen({ 'web-9': 'zone-b', 'web-8': 'zone-b' });
    assert.deepEqual(choose(more, { memory, options }).held, [['web-1', 'other-zone']], 'one is new');
  });

  it('are those of a PodDisruptionBudget that never allows any: a webhook may move a pod that is asked for', () => {
    const pods = [pod('web-1', a1, { ...UNGUARDED, podBudgets: ['prod/pdb'] })];
    const state = { disruptionsAllowed: 0, unreadyMayGo: false };
    const seen = (more: Partial<PodBudgetState>) =>
      observation({ pods, podBudgets: pdb({ ...state, ...more }) });
    assert.deepEqual(choose(seen({})).chosen, []);
    assert.deepEqual(choose(seen({ neverAllows: true })).chosen, ['web-1']);
  });

  it('may be the one pod that is down on a node without a label', () => {
    const pods = [pod('web-1', x1, { ...UNGUARDED, available: false })];
    const seen = observation({ pods, workloads: [workload(), web({ 'web-1': undefined })] });
    assert.deepEqual(choose(seen).chosen, ['web-1']);
  });

  it('are none that were refused, with the reason of the refusal', () => {
    const refused = pod('ingester-1', a1, { refused: 'webhook says no' });
    const { held, reasons } = choose(observation({ pods: [refused] }));
    assert.deepEqual([held, reasons], [[['ingester-1', 'refused']], ['webhook says no']]);
  });
});
