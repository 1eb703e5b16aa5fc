import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runs } from '../../helpers/runs.ts';
import { podName, zoneOfOrdinal } from './model/api-server.ts';
import { BROKEN, LEDGER, type Protocol } from './model/protocol.ts';
import { Schedule } from './model/schedule.ts';

const SCHEDULES = runs(10_000);
/** Broken protocols get as many to be caught in. */
const SCHEDULES_TO_NOTICE = 200_000;

/** The first violation among so many schedules, with its seed; and how much was admitted. */
function search(
  protocol: Protocol,
  schedules: number,
  firstSeed = 1,
): { found: string | undefined; admitted: number } {
  let admitted = 0;
  for (let seed = firstSeed; seed < firstSeed + schedules; seed += 1) {
    const schedule = new Schedule(seed, protocol);
    schedule.run();
    admitted += schedule.witness.admitted;
    const [violation] = schedule.witness.violations;
    if (violation !== undefined) return { found: `seed ${seed}: ${violation}`, admitted };
  }
  return { found: undefined, admitted };
}

describe('the ledger over random schedules', () => {
  it('never admits evictions in two zones, nor more than maxUnavailable', () => {
    const { found, admitted } = search(LEDGER, SCHEDULES);
    assert.equal(found, undefined);
    assert.ok(admitted > SCHEDULES, `only ${admitted} evictions were admitted`);
  });

  it('counts a pod as missing for which the scale went down and up again, seen in between', () => {
    // The rarest of all: two in a million schedules.
    const schedule = new Schedule(819_586, LEDGER);
    schedule.run();
    assert.deepEqual(schedule.witness.violations, []);
    assert.ok(schedule.witness.admitted > 0);
  });

  it('admits again in every zone once trouble ends, whatever had been reserved', () => {
    for (let seed = 1; seed <= runs(400); seed += 1) {
      for (let zone = 0; zone < 3; zone += 1) {
        const schedule = new Schedule(seed, LEDGER);
        schedule.run();
        assert.ok(schedule.settle(), `seed ${seed}: the pods did not come back`);
        const { api } = schedule;
        const where = `seed ${seed}, ${zoneOfOrdinal(zone)}: ${JSON.stringify(api.budget.status)}`;
        assert.deepEqual(api.budget.status.reservations, [], where);
        assert.ok(schedule.evictNow(podName(zone)), where);
        const another = schedule.evictNow(podName((zone + 1) % 3));
        assert.equal(another, false, `${where}, and then in another zone`);
      }
    }
  });
});

describe('the model notices', () => {
  for (const { rule, how, protocol, firstSeed } of BROKEN) {
    it(`${rule} broken: a ledger that ${how}`, () => {
      const { found } = search(protocol, SCHEDULES_TO_NOTICE, firstSeed);
      assert.ok(found !== undefined, 'no violation found');
    });
  }
});
