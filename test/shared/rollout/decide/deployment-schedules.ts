import fc from '../../../helpers/seed.ts';
import type { Faults } from './deployment-holder.ts';
import { DeploymentSchedule, MORE_PODS } from './deployment-schedule.ts';

/** What happens in one schedule, in order: what kind of thing, and which of that kind. */
export interface Scenario {
  replicas: number;
  /** Pods of a step at most. */
  most: number;
  /** Whether others change the Deployment. */
  hands: boolean;
  events: [number, number][];
}

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  replicas: fc.integer({ min: 3, max: 9 }),
  most: fc.integer({ min: 1, max: 3 }),
  hands: fc.boolean(),
  events: fc.array(fc.tuple(fc.nat({ max: 109 }), fc.nat()), {
    ...{ minLength: 100, maxLength: 500, size: 'max' },
  }),
});

/** Runs a schedule, and without more trouble to its end. */
export function run(scenario: Scenario): DeploymentSchedule {
  const schedule = begun(scenario);
  schedule.settle(400);
  return schedule;
}

/** Runs a schedule of a protocol that has faults, as long as there is trouble. */
export function begun({ replicas, most, hands, events }: Scenario, faults: Faults = {}): DeploymentSchedule {
  const schedule = new DeploymentSchedule(replicas, most, faults);
  const isHand = (kind: number) => kind >= 96 && kind < 100;
  for (const [kind, choice] of events) if (hands || !isHand(kind)) schedule.happen(kind, choice);
  return schedule;
}

/** What is wrong about a schedule that has been run. */
export function wrongs({ violations, isDone, stopped }: DeploymentSchedule): readonly string[] {
  if (isDone || stopped === MORE_PODS) return violations;
  return [...violations, `does not end: ${stopped ?? 'waits'}`];
}
