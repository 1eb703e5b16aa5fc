import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runs } from '../../../../helpers/runs.ts';
import fc, { SEARCH_SEED } from '../../../../helpers/seed.ts';
import { BROKEN } from './broken.ts';
import { RIGHT } from './conduct.ts';
import { unsafeWith, wrongWith } from './drains.ts';
import { scenarios } from './scenarios.ts';

describe('drains without a webhook', () => {
  it('never have two zones of a workload down, and come to rest once there is no more trouble', () => {
    const right = fc.property(scenarios, (scenario) => assert.equal(wrongWith(scenario, RIGHT), undefined));
    fc.assert(right, { numRuns: runs(200), endOnFailure: true });
  });
});

/** A rule that no test can break is not tested. */
describe('the model of drains notices drains that', () => {
  for (const { how, conduct, neverRests, within = () => true } of BROKEN) {
    it(how, () => {
      const unharmed = fc.property(
        scenarios.filter(within),
        (scenario) => (neverRests ? wrongWith : unsafeWith)(scenario, conduct) === undefined,
      );
      const { failed } = fc.check(unharmed, { numRuns: 4000, seed: SEARCH_SEED, endOnFailure: true });
      assert.ok(failed, 'nothing wrong was found');
    });
  }
});
