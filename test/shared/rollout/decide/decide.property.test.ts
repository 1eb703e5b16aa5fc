import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decide } from '../../../../shared/rollout/decide/decide.ts';
import { PACINGS } from '../../../../shared/rollout/decide/options.ts';
import type { RolloutInput, RolloutOptions } from '../../../../shared/rollout/decide/types.ts';
import { runs } from '../../../helpers/runs.ts';
import fc, { SEARCH_SEED } from '../../../helpers/seed.ts';
import type { Decide, Scenario } from './driven.ts';
import type { Rule } from './invariants.ts';
import { scenarios } from './scenarios.ts';
import { LASTING, Simulation } from './simulate.ts';

/** Each of a second; a rollout of 24 pods, one at a time, with all that is waited for takes fewer. */
const MOST_ROUNDS = 1000;
/** After which nothing moves by itself any more, whatever is left to do. */
const LASTING_ROUNDS = 300;

function firstViolation(
  scenario: Scenario,
  rule: Rule | 'any',
  decision: Decide = decide,
): string | undefined {
  const simulation = new Simulation(scenario, decision);
  simulation.run(scenario);
  const found = simulation.found.find((each) => rule === 'any' || each.rule === rule);
  return found && `${found.rule} at step ${found.step}: ${found.what}`;
}

describe('the rules hold over random clusters and schedules', () => {
  it('with pods that fail, bad revisions, rollbacks, scaling, lost labels, crashes and lagging caches', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 1500, maxSteps: 4000, trouble: true }), (scenario) => {
        assert.equal(firstViolation(scenario, 'any'), undefined);
      }),
      { numRuns: runs(50), endOnFailure: true },
    );
  });

  it('and over many short ones', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 50, maxSteps: 300, trouble: true }), (scenario) => {
        assert.equal(firstViolation(scenario, 'any'), undefined);
      }),
      { numRuns: runs(250), endOnFailure: true },
    );
  });

  it('and every rollout ends once the trouble does', () => {
    fc.assert(
      fc.property(scenarios({ minSteps: 0, maxSteps: 800, trouble: true }), (scenario) => {
        const simulation = new Simulation(scenario, decide);
        simulation.run(scenario);
        const last = simulation.settle(MOST_ROUNDS);
        assert.equal(last.kind, 'done', JSON.stringify(last));
        assert.deepEqual(simulation.found, []);
      }),
      { numRuns: runs(50), endOnFailure: true },
    );
  });

  it('and what it waits for, or is blocked by, is true when one trouble stays (R12)', () => {
    const schedules = scenarios({ minSteps: 0, maxSteps: 400, trouble: true });
    fc.assert(
      fc.property(schedules, fc.constantFrom(...LASTING), (scenario, lasting) => {
        const simulation = new Simulation(scenario, decide);
        simulation.run(scenario);
        assert.equal(simulation.settleWith(lasting, LASTING_ROUNDS), undefined);
        assert.deepEqual(simulation.found, []);
      }),
      { numRuns: runs(40), endOnFailure: true },
    );
  });
});

/**
 * A test must be able to fail: each of these decisions breaks one rule, by looking at the world through glasses that
 * hide what the rule is about, and the property must notice.
 */
const broken: { rule: Rule; how: string; decide: Decide }[] = [
  {
    rule: 'R1',
    how: 'does not soak',
    decide: (input) => decide({ ...input, options: { ...input.options, soakMs: 0 } }),
  },
  {
    rule: 'R2',
    how: 'allows one pod more',
    decide: (input) => {
      const asked = input.options.maxUnavailable;
      const more =
        asked.kind === 'percent'
          ? { ...asked, percent: asked.percent + 20 }
          : { kind: 'count' as const, count: asked.kind === 'count' ? asked.count + 1 : Infinity };
      return decide({ ...input, options: { ...input.options, maxUnavailable: more } });
    },
  },
  {
    rule: 'R3',
    how: 'sees no pod that is missing',
    decide: (input) => decide(withObservation(input, { missing: [] })),
  },
  {
    rule: 'R3',
    how: 'takes unready pods of other zones for ready',
    decide: (input) => {
      const first = input.observation.pods[0]?.zone;
      const pods = input.observation.pods.map((pod) =>
        pod.zone === first ? pod : { ...pod, readySinceMs: pod.readySinceMs ?? 0 },
      );
      return decide(withObservation(input, { pods }));
    },
  },
  {
    rule: 'R4',
    how: 'takes the lowest ordinal first',
    decide: (input) =>
      decide(
        withObservation(input, {
          pods: input.observation.pods.map((pod) => ({ ...pod, ordinal: -pod.ordinal })),
        }),
      ),
  },
  {
    rule: 'R4',
    how: 'ignores --zone-order',
    decide: (input) => decide({ ...input, options: { ...input.options, zoneOrder: [] } }),
  },
  {
    rule: 'R5',
    how: 'grows twice as fast',
    decide: (input) =>
      decide({
        ...input,
        memory: {
          ...input.memory,
          waves: input.memory.waves * 2 + 1,
          recovered: input.memory.recovered * 2 + 1,
        },
      }),
  },
  {
    rule: 'R6',
    how: 'takes every pod for stale',
    decide: (input) =>
      decide(
        withObservation(input, { pods: input.observation.pods.map((pod) => ({ ...pod, stale: true })) }),
      ),
  },
  {
    rule: 'R6',
    how: 'trusts a revision that is not observed',
    decide: (input) => decide(withObservation(input, { revisionObserved: true })),
  },
  {
    rule: 'R7',
    how: 'waits for broken pods instead of replacing them',
    decide: (input) => {
      const decision = decide(input);
      return decision.kind === 'disrupt' && decision.wave === 0
        ? { kind: 'wait', for: 'availability', reason: '', pods: [], recheckAtMs: undefined }
        : decision;
    },
  },
  {
    rule: 'R7',
    how: 'replaces broken pods in two zones without being told to',
    decide: (input) => decide({ ...input, options: { ...input.options, replaceUnready: true } }),
  },
  {
    rule: 'R9',
    how: 'knows no --max-leaving',
    decide: (input) => decide({ ...input, options: { ...input.options, maxLeaving: undefined } }),
  },
  {
    rule: 'R9',
    how: 'lets one pod more leave',
    decide: (input) => {
      const { maxLeaving } = input.options;
      const more = maxLeaving === undefined ? undefined : maxLeaving + 1;
      return decide({ ...input, options: { ...input.options, maxLeaving: more } });
    },
  },
  {
    rule: 'R10',
    how: 'does not count what was asked to go',
    decide: (input) =>
      decide(
        withObservation(input, {
          pods: input.observation.pods.map((pod) => ({ ...pod, asked: undefined })),
        }),
      ),
  },
  {
    rule: 'R9',
    how: 'does not count the pods beyond the replicas',
    decide: (input) =>
      decide(
        withObservation(input, {
          pods: input.observation.pods.map((pod) => ({
            ...pod,
            terminating: pod.terminating && !pod.surplus,
          })),
        }),
      ),
  },
  {
    rule: 'R9',
    how: 'replaces broken pods whatever leaves',
    decide: (input) => {
      const decision = decide(input);
      if (decision.kind !== 'wait' || decision.for !== 'leaving') return decision;
      const without = decide({ ...input, options: { ...input.options, maxLeaving: undefined } });
      return without.kind === 'disrupt' && without.wave === 0 ? without : decision;
    },
  },
  {
    rule: 'R9',
    how: 'goes on with a begun wave whatever leaves',
    decide: (input) => {
      const decision = decide(input);
      if (decision.kind !== 'wait' || decision.for !== 'leaving') return decision;
      const without = decide({ ...input, options: { ...input.options, maxLeaving: undefined } });
      return without.kind === 'disrupt' && !without.begins ? without : decision;
    },
  },
  {
    rule: 'R12',
    how: 'takes pods that never had a node for others that are down',
    decide: (input) =>
      decide(
        withObservation(input, {
          pods: input.observation.pods.map((pod) => ({ ...pod, unscheduled: false })),
        }),
      ),
  },
  { rule: 'R8', how: 'calls it done at the first wait', decide: (input) => toDone(decide(input)) },
];

function withObservation(input: RolloutInput, change: Partial<RolloutInput['observation']>): RolloutInput {
  return { ...input, observation: { ...input.observation, ...change } };
}

function toDone(decision: ReturnType<Decide>): ReturnType<Decide> {
  return decision.kind === 'wait' ? { kind: 'done', reason: '' } : decision;
}

describe('the properties notice', () => {
  const notices = ({ rule, decide: wrong }: (typeof broken)[number], fixed: Partial<RolloutOptions>) => {
    const outcome = fc.check(
      fc.property(scenarios({ minSteps: 200, maxSteps: 1500, trouble: true }), (scenario) => {
        const chosen = { ...scenario, options: { ...scenario.options, ...fixed } };
        assert.equal(firstViolation(chosen, rule, wrong), undefined);
      }),
      { numRuns: 500, seed: SEARCH_SEED, endOnFailure: true },
    );
    assert.ok(outcome.failed, 'no violation found');
  };
  for (const each of broken) {
    const what = `${each.rule} broken: a decision that ${each.how}`;
    if (each.rule !== 'R9') it(what, () => notices(each, {}));
    else for (const pacing of PACINGS) it(`${what}, pacing ${pacing}`, () => notices(each, { pacing }));
  }
});
