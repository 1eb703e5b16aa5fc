import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  allowedDisruptions,
  type BudgetDecision,
  type BudgetView,
  decideEviction,
  type EvictionRequest,
} from '../../../../shared/budget/decide/decide.ts';
import { ALWAYS_ALLOW, IF_HEALTHY_BUDGET } from '../../../../shared/budget/decide/policy.ts';
import type { ZoneCount } from '../../../../shared/budget/decide/types.ts';
import { maxUnavailablePods } from '../../../../shared/budget/decide/view.ts';
import fc, { SEARCH_SEED } from '../../../helpers/seed.ts';
import { budget, podRead, reservation } from './builders.ts';

interface Situation {
  view: BudgetView;
  policy: string;
  request: EvictionRequest;
}

type Decide = (situation: Situation) => BudgetDecision;

const decide: Decide = ({ view, policy, request }) => decideEviction(view, policy, request);

/** Mostly nothing, because most clusters are whole most of the time and all answers shall occur. */
const few = (max: number) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max }) });

const zone = (name: string): fc.Arbitrary<ZoneCount> =>
  fc.tuple(fc.integer({ min: 1, max: 6 }), few(6)).map(([expected, down]) => ({
    zone: name,
    expected,
    unavailable: Math.min(expected, down),
  }));

const situations: fc.Arbitrary<Situation> = fc.record({
  view: fc.record({
    zones: fc
      .tuple(
        zone('zone-a'),
        zone('zone-b'),
        zone('zone-c'),
        fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
      )
      .map(([a, b, c, lost]) => [
        ...(lost > 0 ? [{ zone: '?ingester-20', expected: 1, unavailable: 1 }] : []),
        a,
        b,
        c,
      ]),
    reservations: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      {
        weight: 1,
        arbitrary: fc
          .uniqueArray(fc.nat({ max: 8 }), { maxLength: 3 })
          .map((ordinals) => ordinals.map((each) => reservation(each))),
      },
    ),
    maxUnavailable: fc.nat({ max: 4 }),
  }),
  policy: fc.constantFrom(ALWAYS_ALLOW, IF_HEALTHY_BUDGET),
  request: fc
    .record({
      ordinal: fc.nat({ max: 8 }),
      available: fc.oneof(
        { weight: 4, arbitrary: fc.constant(true) },
        { weight: 1, arbitrary: fc.constant(false) },
      ),
      lost: fc.oneof(
        { weight: 9, arbitrary: fc.constant(false) },
        { weight: 1, arbitrary: fc.constant(true) },
      ),
    })
    .map(({ ordinal, available, lost }) => ({
      name: `ingester-${ordinal}`,
      pod: podRead(ordinal, { available, ...(lost && { zone: undefined }) }),
    })),
});

type Rule = 'B1' | 'B3' | 'B4';

/** What is wrong with the decision, from the design and not from the code. */
function violation(
  { view, policy, request }: Situation,
  decision: BudgetDecision,
): [Rule, string] | undefined {
  const { pod } = request;
  if (!pod) return undefined;
  const others = view.reservations.filter(({ uid }) => uid !== pod.uid);
  const at = (name: string | undefined) => ({
    down: view.zones.filter((each) => each.zone === name).reduce((sum, each) => sum + each.unavailable, 0),
    reserved: others.filter((each) => each.zone === name).length,
  });
  const elsewhere = new Set([...view.zones.map((each) => each.zone), ...others.map((each) => each.zone)]);
  elsewhere.delete(pod.zone ?? '');
  const disturbed = [...elsewhere].filter((name) => at(name).down + at(name).reserved > 0);
  const here = at(pod.zone).down + at(pod.zone).reserved;
  const checked = pod.available || policy === IF_HEALTHY_BUDGET;

  if (decision.kind === 'allow') {
    if (decision.precondition?.uid !== pod.uid) return ['B1', 'bound to no pod'];
    if (pod.available !== decision.reserve) return ['B1', 'an available pod goes without a reservation'];
    if (!pod.available && decision.precondition.resourceVersion !== pod.resourceVersion) {
      return ['B1', 'an unready pod is not bound to the version that was read'];
    }
    if (!checked) return undefined;
    if (pod.zone === undefined) return ['B4', 'a pod of no zone'];
    const lost = disturbed.find((name) => name.startsWith('?'));
    if (lost !== undefined) return ['B3', `${lost} may be of any zone`];
    if (disturbed.length > 0) return ['B1', `${pod.zone} while ${disturbed.join(', ')} is not whole`];
    if (here + (pod.available ? 1 : 0) > view.maxUnavailable) return ['B1', `${here} down already`];
    return undefined;
  }
  if (!checked) return ['B4', 'an unready pod is kept'];
  const fits =
    pod.zone !== undefined &&
    disturbed.length === 0 &&
    (pod.available ? here + 1 : Math.max(1, here)) <= view.maxUnavailable;
  if (fits) return ['B1', 'refused although it fits'];
  if (!decision.reason.includes(pod.name)) return ['B4', `the pod is not named: ${decision.reason}`];
  if (pod.zone !== undefined && !decision.reason.includes(pod.zone)) {
    return ['B4', `the zone is not named: ${decision.reason}`];
  }
  if (decision.fix === '') return ['B4', 'nothing is said about what would change it'];
  return undefined;
}

describe('the budget decision keeps its rules', () => {
  it('over random counts, reservations and pods', () => {
    const answers = new Set<string>();
    fc.assert(
      fc.property(situations, (situation) => {
        const decision = decide(situation);
        answers.add(decision.kind === 'allow' ? decision.why : decision.code);
        assert.equal(violation(situation, decision)?.join(': '), undefined);
      }),
      { numRuns: 5_000 },
    );
    assert.deepEqual([...answers].sort(), [
      'other-zone',
      'unknown-zone',
      'unready',
      'within-budget',
      'zone-full',
    ]);
  });

  it('and allowedDisruptions is how many it admits one after the other', () => {
    fc.assert(
      fc.property(situations, ({ view }) => {
        for (const [name, allowed] of allowedDisruptions(
          view.zones,
          view.reservations,
          view.maxUnavailable,
        )) {
          if (name.startsWith('?')) continue;
          let { reservations } = view;
          let admitted = 0;
          const counted = view.zones.find((each) => each.zone === name);
          const taken = reservations.filter((each) => each.zone === name).length;
          const standing = Math.max(0, (counted?.expected ?? 0) - (counted?.unavailable ?? 0) - taken);
          for (let index = 0; index < standing; index += 1) {
            const pod = podRead(100 + index, { zone: name });
            const decision = decideEviction({ ...view, reservations }, ALWAYS_ALLOW, { name: pod.name, pod });
            if (decision.kind === 'deny') break;
            admitted += 1;
            reservations = [...reservations, reservation(100 + index, { zone: name })];
          }
          assert.equal(admitted, allowed, name);
        }
      }),
    );
  });

  it('rounds a percentage of all expected replicas up', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.nat({ max: 3_000 }), (percent, replicas) => {
        const pods = maxUnavailablePods(budget({}, { maxUnavailable: `${percent}%` }).spec, replicas);
        assert.ok(typeof pods === 'number');
        assert.ok(pods * 100 >= percent * replicas && (pods - 1) * 100 < percent * replicas, `${pods}`);
      }),
    );
  });
});

/** Each looks at the situation through glasses that hide what a rule is about, and the properties must notice. */
const broken: { rule: Rule; how: string; decide: Decide }[] = [
  {
    rule: 'B1',
    how: 'sees no reservations',
    decide: (situation) => decide(withView(situation, { reservations: [] })),
  },
  {
    rule: 'B1',
    how: 'sees the zone of the pod only',
    decide: (situation) => {
      const own = <T extends { zone: string }>(all: readonly T[]) =>
        all.filter((each) => each.zone === situation.request.pod?.zone);
      const { zones, reservations } = situation.view;
      return decide(withView(situation, { zones: own(zones), reservations: own(reservations) }));
    },
  },
  {
    rule: 'B1',
    how: 'allows one pod more',
    decide: (situation) => decide(withView(situation, { maxUnavailable: situation.view.maxUnavailable + 1 })),
  },
  {
    rule: 'B1',
    how: 'allows one pod less',
    decide: (situation) => decide(withView(situation, { maxUnavailable: situation.view.maxUnavailable - 1 })),
  },
  {
    rule: 'B3',
    how: 'leaves out pods of unknown zones',
    decide: (situation) =>
      decide(
        withView(situation, { zones: situation.view.zones.filter((each) => !each.zone.startsWith('?')) }),
      ),
  },
  {
    rule: 'B4',
    how: 'puts a pod of no zone into an empty one',
    decide: (situation) => {
      const { pod } = situation.request;
      const placed = pod && { ...pod, zone: pod.zone ?? 'zone-x' };
      return decide({ ...situation, request: { ...situation.request, pod: placed } });
    },
  },
  {
    rule: 'B4',
    how: 'does not say which pod it is about',
    decide: (situation) => {
      const decision = decide(situation);
      return decision.kind === 'deny' ? { ...decision, reason: 'too many disruptions' } : decision;
    },
  },
];

function withView(situation: Situation, change: Partial<BudgetView>): Situation {
  return { ...situation, view: { ...situation.view, ...change } };
}

describe('the properties notice', () => {
  for (const each of broken) {
    it(`${each.rule} broken: a decision that ${each.how}`, () => {
      const outcome = fc.check(
        fc.property(
          situations,
          (situation) => violation(situation, each.decide(situation))?.[0] !== each.rule,
        ),
        { numRuns: 5_000, seed: SEARCH_SEED },
      );
      assert.ok(outcome.failed, 'no violation found');
    });
  }
});
