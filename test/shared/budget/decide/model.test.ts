import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runs } from '../../../helpers/runs.ts';
import { seedOf } from '../../../helpers/seed.ts';
import { zoneOfOrdinal } from './model/api-server.ts';
import { scaledDownInstead } from './model/examples.ts';
import { BROKEN, LEDGER, type Protocol, STUCK } from './model/protocol.ts';
import { Schedule } from './model/schedule.ts';

const SCHEDULES = runs(10_000);
const RECOVERIES = runs(1_000);
/** Broken protocols get as many to be caught in. */
const SCHEDULES_TO_NOTICE = 200_000;

/** TEST_SEED=N begins with that schedule, TEST_SCALE=0.0001 runs no other. */
const firstSeed = seedOf(process.env) ?? 1;

/** The first violation among so many schedules, with its seed; and how much was admitted. */
function search(
  protocol: Protocol,
  count: number,
  from: number,
): { found: string | undefined; admitted: number } {
  let admitted = 0;
  for (let seed = from; seed < from + count; seed += 1) {
    const schedule = new Schedule(seed, protocol);
    schedule.run();
    admitted += schedule.witness.admitted;
    const [violation] = schedule.witness.violations;
    if (violation !== undefined) return { found: `TEST_SEED=${seed}: ${violation}`, admitted };
  }
  return { found: undefined, admitted };
}

/** The first of so many schedules after which something never comes to rest, or is violated on the way there. */
function searchUnrest(protocol: Protocol, count: number, from: number): string | undefined {
  for (let seed = from; seed < from + count; seed += 1) {
    const schedule = new Schedule(seed, protocol);
    schedule.run();
    const unrest = schedule.recover();
    const [violation] = schedule.witness.violations;
    if (violation !== undefined) return `TEST_SEED=${seed}: ${violation}`;
    if (unrest !== undefined)
      return `TEST_SEED=${seed}: ${unrest}: ${JSON.stringify(schedule.api.budget?.status)}`;
  }
  return undefined;
}

describe('the ledger over random schedules', () => {
  it('never admits evictions in two zones, nor more than maxUnavailable', (context) => {
    context.diagnostic(`TEST_SEED=${firstSeed}`);
    const { found, admitted } = search(LEDGER, SCHEDULES, firstSeed);
    assert.equal(found, undefined);
    assert.ok(admitted > SCHEDULES / 2, `only ${admitted} evictions were admitted`);
  });

  it('comes to rest once trouble ends: counted, and nothing reserved', (context) => {
    context.diagnostic(`TEST_SEED=${firstSeed}`);
    assert.equal(searchUnrest(LEDGER, Math.min(SCHEDULES, RECOVERIES), firstSeed), undefined);
  });

  it('admits again in every zone then, and in one at a time', () => {
    for (let seed = firstSeed; seed < firstSeed + Math.min(SCHEDULES, 100); seed += 1) {
      for (let zone = 0; zone < 3; zone += 1) {
        const schedule = new Schedule(seed, LEDGER);
        schedule.run();
        const where = `TEST_SEED=${seed}, ${zoneOfOrdinal(zone)}`;
        assert.equal(schedule.recover(), undefined, where);
        const [name, other] = [zone, (zone + 1) % 3].map((each) => schedule.api.nameAt(each));
        // Pods with random names may be elsewhere.
        if (!name || !other) continue;
        assert.ok(schedule.evictNow(name), where);
        assert.equal(schedule.evictNow(other), false, `${where}, and then in another zone`);
      }
    }
  });
});

describe('the model does not blame', () => {
  it('an eviction in whose place the owner wants no pod, for pods that fail by themselves later', () => {
    const { admitted, violations } = scaledDownInstead(LEDGER);
    assert.deepEqual(violations, []);
    assert.equal(admitted, 2);
  });
});

describe('the model notices', () => {
  for (const { rule, how, protocol, example, firstSeed: from = 1 } of BROKEN) {
    it(`${rule} broken: a ledger that ${how}`, () => {
      if (example) {
        assert.deepEqual(example(LEDGER), []);
        assert.notEqual(example(protocol).length, 0, 'no violation');
      } else {
        assert.ok(search(protocol, SCHEDULES_TO_NOTICE, from).found !== undefined, 'no violation found');
      }
    });
  }

  for (const { rule, how, protocol } of STUCK) {
    it(`${rule} broken: a ledger that ${how}`, () => {
      assert.ok(searchUnrest(protocol, RECOVERIES, 1) !== undefined, 'everything came to rest');
    });
  }
});
