/**
 * Random schedules of the steps of a Deployment among other hands: what each finds wrong, and how often.
 *
 *   node --import tsx bench/deployment-model.ts [SCHEDULES] [SEED]
 */
import fc from 'fast-check';
import { run, scenarios, wrongs } from '../test/shared/rollout/decide/deployment-schedules.ts';

const schedules = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now());
const found = new Map<string, number>();
let steps = 0;
for (const scenario of fc.sample(scenarios, { seed, numRuns: schedules })) {
  const schedule = run(scenario);
  steps += schedule.steps;
  for (const wrong of new Set(wrongs(schedule))) found.set(wrong, (found.get(wrong) ?? 0) + 1);
}
const violations = Object.fromEntries(found);
process.stdout.write(`${JSON.stringify({ schedules, seed, steps, violations })}\n`);
process.exitCode = found.size > 0 ? 1 : 0;
