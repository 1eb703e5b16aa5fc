/**
 * The budget's ledger over a million random schedules, and over some with each of its rules broken: how many evictions
 * were admitted, in how many schedules two zones or too many pods went down, in how many something did not come to rest
 * after the last disturbance, and how much CPU time one schedule takes.
 *
 * node --import tsx bench/ledger.ts [SCHEDULES] [SCHEDULES OF EACH BROKEN RULE] [FIRST SEED]
 */
import { BROKEN, LEDGER, type Protocol, STUCK } from '../test/shared/budget/decide/model/protocol.ts';
import { Schedule } from '../test/shared/budget/decide/model/schedule.ts';

/** In how many schedules something was found, and the first of it. */
class Findings {
  private readonly what: string;
  private found = 0;
  private first = '';

  constructor(what: string) {
    this.what = what;
  }

  note(seed: number, finding: string | undefined): void {
    if (finding === undefined) return;
    this.found += 1;
    this.first ||= `, first with seed ${seed}: ${finding}`;
  }

  text(count: number): string {
    return `${this.found} ${this.what} (${((100 * this.found) / count).toFixed(3)} %)${this.first}`;
  }
}

const [schedules = 1_000_000, brokenSchedules = 20_000, firstSeed = 1] = process.argv.slice(2).map(Number);

measure('the ledger', LEDGER, schedules);
for (const { rule, how, protocol } of [...BROKEN, ...STUCK])
  measure(`${rule} broken: ${how}`, protocol, brokenSchedules);

function measure(what: string, protocol: Protocol, count: number): void {
  if (count === 0) return;
  const startedMs = cpuMs();
  const violated = new Findings('violated');
  const restless = new Findings('not at rest in the end');
  let admitted = 0;
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const schedule = new Schedule(seed, protocol);
    schedule.run();
    const unrest = schedule.witness.violations.length === 0 ? schedule.recover() : undefined;
    admitted += schedule.witness.admitted;
    violated.note(seed, schedule.witness.violations[0]);
    restless.note(seed, unrest);
  }
  const eachMs = (cpuMs() - startedMs) / count;
  process.stdout.write(
    `${what}\n  seeds ${firstSeed} to ${firstSeed + count - 1}: ${count} schedules, ${admitted} evictions admitted,` +
      ` ${eachMs.toFixed(2)} ms of CPU time a schedule\n  ${violated.text(count)}\n  ${restless.text(count)}\n`,
  );
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
