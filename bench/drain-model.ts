/**
 * Schedules of the drain's model: `node --import tsx bench/drain-model.ts [COUNT] [SEED]`. Each runs through random trouble and
 * is then left alone until the drain is done, or blocked for a reason that is true. Prints the schedules that break a
 * rule, and exits with 1 when there is one.
 */
import fc from 'fast-check';
import { scenarios } from '../test/plugin/drain/decide/scenarios.ts';
import { stuckAfter } from '../test/plugin/drain/decide/simulate.ts';

const [count = '10000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
const MOST_PRINTED = 5;
const beganMs = Date.now();
let wrong = 0;
const schedules = scenarios({ minSteps: 0, maxSteps: 300, ends: true });
for (const scenario of fc.sample(schedules, { numRuns: Number(count), seed: Number(seed) })) {
  const found = stuckAfter(scenario);
  if (found.length === 0) continue;
  wrong += 1;
  if (wrong <= MOST_PRINTED) print(`${found[0]} ${JSON.stringify(scenario)}`);
}
print(`${count} schedules, seed ${seed}: ${wrong} with a violation, ${Date.now() - beganMs} ms`);
process.exitCode = wrong > 0 ? 1 : 0;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
