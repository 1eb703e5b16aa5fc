/**
 * Random schedules of the drain's models, with their seed, what was wrong and how long one takes; and how often each broken
 * rule is noticed. Exits with 1 if anything was wrong.
 *
 *   node --import tsx bench/drain-model.ts [SCHEDULES] [SEED] [SCHEDULES OF EACH BROKEN RULE]
 *
 * - One drain: rules D1 to D8 at every step, and rest at the end.
 * - One or two drains that are killed, frozen and started again: never two zones of a workload down, and rest at the end.
 */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { BROKEN } from '../test/plugin/drain/decide/drains/broken.ts';
import { type Conduct, RIGHT } from '../test/plugin/drain/decide/drains/conduct.ts';
import { Drains, type Scenario } from '../test/plugin/drain/decide/drains/drains.ts';
import { scenarios as drains } from '../test/plugin/drain/decide/drains/scenarios.ts';
import { scenarios } from '../test/plugin/drain/decide/scenarios.ts';
import { stuckAfter } from '../test/plugin/drain/decide/simulate.ts';

const [count = '10000', seed = String(Date.now() % 2 ** 31), brokenCount = '300'] = process.argv.slice(2);
const MOST_PRINTED = 5;

measure('one drain', Number(count), scenarios({ minSteps: 0, maxSteps: 300, ends: true }), stuckAfter);
let evictions = 0;
measure('drains that are killed, frozen and started again', Number(count), drains, (each) =>
  wrong(each, RIGHT),
);
print(`  ${evictions} evictions`);
for (const { how, conduct, within = () => true } of BROKEN) {
  const chosen = sample(drains.filter(within), Number(brokenCount));
  const found = chosen.filter((each) => wrong(each, conduct).length > 0);
  print(`broken: drains that ${how}: noticed in ${found.length} of ${chosen.length}`);
}

function measure<T>(
  what: string,
  schedules: number,
  of: fc.Arbitrary<T>,
  problems: (each: T) => string[],
): void {
  const chosen = sample(of, schedules);
  const startedMs = performance.now();
  let violations = 0;
  for (const each of chosen) {
    const [first] = problems(each);
    if (first === undefined) continue;
    violations += 1;
    if (violations <= MOST_PRINTED) print(`${first} ${JSON.stringify(each)}`);
  }
  const eachMs = (performance.now() - startedMs) / Math.max(1, schedules);
  print(
    `${what}: ${schedules} schedules, seed ${seed}, ${violations} violations, ${eachMs.toFixed(1)} ms a schedule`,
  );
  if (violations > 0) process.exitCode = 1;
}

function wrong(scenario: Scenario, conduct: Conduct): string[] {
  const run = new Drains(scenario, conduct);
  run.run();
  const found = run.witness.violation ?? run.settle();
  evictions += run.witness.evictions;
  return found === undefined ? [] : [found];
}

function sample<T>(of: fc.Arbitrary<T>, schedules: number): T[] {
  return fc.sample(of, { numRuns: schedules, seed: Number(seed) });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
