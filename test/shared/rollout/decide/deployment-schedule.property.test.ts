import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runs } from '../../../helpers/runs.ts';
import fc from '../../../helpers/seed.ts';
import type { Faults } from './deployment-holder.ts';
import { LATE_STEP } from './deployment-schedule.ts';
import { begun, run, type Scenario, scenarios, wrongs } from './deployment-schedules.ts';

/** Most schedules in which a fault must show. */
const SEARCHES = 3_000;
const SEED = 12;
const ONE_POD = 'more than one pod went after what somebody else did';
const ONE_ZONE = 'a step was sent while a pod of another zone was seen to be down';

let sample: readonly Scenario[] | undefined;

/** Whether this is found, with the protocol as it must not be. */
function isFound(faults: Faults, violation: string): boolean {
  sample ??= fc.sample(scenarios, { seed: SEED, numRuns: SEARCHES });
  return sample.some((scenario) => begun(scenario, faults).violations.includes(violation));
}

describe('the steps of a Deployment, among other hands', () => {
  it('take one zone at a time, lose one pod at most to any single change, and come to an end', () => {
    let steps = 0;
    const RUNS = runs(400);
    fc.assert(
      fc.property(scenarios, (scenario) => {
        const schedule = run(scenario);
        steps += schedule.steps;
        assert.deepEqual(wrongs(schedule), []);
      }),
      { numRuns: RUNS },
    );
    assert.ok(steps > RUNS, `only ${steps} steps were taken`);
  });

  const FAULTS: Readonly<Record<string, readonly [Faults, string]>> = {
    'without minReadySeconds': [{ noMinReady: true }, ONE_POD],
    'if the pause left a large maxUnavailable': [{ maxUnavailableWhilePaused: 9 }, ONE_POD],
    'if all were looked at once only': [{ looksOnce: true }, ONE_ZONE],
    'if the requests of a dead holder stayed possible': [{ fencesNothing: true }, LATE_STEP],
    'if deletion costs of a dead holder stayed possible': [{ bindsNoCosts: true }, ONE_POD],
    'if a process that was frozen went on without a look at the Lease': [{ continuesBlindly: true }, ONE_POD],
    'if a step were given up while the controllers are away': [{ givesUp: true }, ONE_POD],
  };
  for (const [what, [faults, violation]] of Object.entries(FAULTS)) {
    it(`would take pods that they must not ${what}`, () => {
      assert.ok(isFound(faults, violation), 'no violation found');
    });
  }
});
