import fc from '../../../helpers/seed.ts';
import { DeploymentSchedule, type Faults, MORE_PODS } from './deployment-schedule.ts';

/** What happens in one schedule, in order: what kind of thing, and which of that kind. */
export interface Scenario {
  replicas: number;
  /** Pods of a step at most. */
  most: number;
  events: [number, number][];
}

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  replicas: fc.integer({ min: 3, max: 9 }),
  most: fc.integer({ min: 1, max: 3 }),
  events: fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat()), {
    ...{ minLength: 20, maxLength: 400, size: 'max' },
  }),
});

/** Runs a schedule, and without more trouble to its end. */
export function run(scenario: Scenario): DeploymentSchedule {
  const schedule = begun(scenario);
  schedule.settle(400);
  return schedule;
}

/** Runs a schedule of a protocol that has faults, as long as there is trouble. */
export function begun({ replicas, most, events }: Scenario, faults: Faults = {}): DeploymentSchedule {
  const schedule = new DeploymentSchedule(replicas, most, faults);
  for (const [kind, choice] of events) schedule.happen(kind, choice);
  return schedule;
}

/** What is wrong about a schedule that has been run. */
export function wrongs({ violations, isDone, stopped }: DeploymentSchedule): readonly string[] {
  if (isDone || stopped === MORE_PODS) return violations;
  return [...violations, `does not end: ${stopped ?? 'waits'}`];
}
