import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from '../../../helpers/seed.ts';
import type { Faults } from './deployment-schedule.ts';
import { begun, run, scenarios, wrongs } from './deployment-schedules.ts';

const RUNS = 300;
const SEED = 12;
const ONE_POD = 'more than one pod went after what somebody else did';
const ONE_ZONE = 'a step was sent while a pod of another zone was seen to be down';

/** What is found in so many schedules, with the protocol as it must not be. */
function found(faults: Faults): ReadonlySet<string> {
  const sample = fc.sample(scenarios, { seed: SEED, numRuns: RUNS });
  return new Set(sample.flatMap((scenario) => begun(scenario, faults).violations));
}

describe('the steps of a Deployment, among other hands', () => {
  it('take one zone at a time, lose one pod at most to any single change, and come to an end', () => {
    let steps = 0;
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

  it('would take more without minReadySeconds', () => {
    assert.ok(found({ noMinReady: true }).has(ONE_POD));
  });

  it('would take more if the pause left a large maxUnavailable', () => {
    assert.ok(found({ maxUnavailableWhilePaused: 9 }).has(ONE_POD));
  });

  it('would take a second zone if all were looked at once only', () => {
    assert.ok(found({ looksOnce: true }).has(ONE_ZONE));
  });
});
