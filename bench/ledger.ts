/**
 * The budget's ledger over a million random schedules, and over some with each of its rules broken: how many evictions
 * were admitted, in how many schedules two zones or too many pods went down, and what one schedule takes.
 *
 * node --import tsx bench/ledger.ts [SCHEDULES] [SCHEDULES OF EACH BROKEN RULE] [FIRST SEED]
 */
import { performance } from 'node:perf_hooks';
import { BROKEN, LEDGER, type Protocol } from '../test/shared/budget/decide/model/protocol.ts';
import { Schedule } from '../test/shared/budget/decide/model/schedule.ts';

const [schedules = 1_000_000, brokenSchedules = 20_000, firstSeed = 1] = process.argv.slice(2).map(Number);

measure('the ledger', LEDGER, schedules);
for (const { rule, how, protocol } of BROKEN) measure(`${rule} broken: ${how}`, protocol, brokenSchedules);

function measure(what: string, protocol: Protocol, count: number): void {
  const startedMs = performance.now();
  let admitted = 0;
  let violated = 0;
  let first = '';
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const schedule = new Schedule(seed, protocol);
    schedule.run();
    admitted += schedule.witness.admitted;
    const [violation] = schedule.witness.violations;
    if (violation === undefined) continue;
    violated += 1;
    first ||= `, first with seed ${seed}: ${violation}`;
  }
  const eachMs = (performance.now() - startedMs) / Math.max(1, count);
  process.stdout.write(
    `${what}\n  ${count} schedules, ${admitted} evictions admitted, ${violated} schedules violated` +
      ` (${((100 * violated) / Math.max(1, count)).toFixed(3)} %), ${eachMs.toFixed(2)} ms a schedule${first}\n`,
  );
}
