/**
 * Random schedules of the rollout's model: rules R1 to R12 at every step, and that each rollout ends once the trouble does.
 *
 *   node --import tsx bench/rollout-model.ts [SCHEDULES] [SEED]
 */
import fc from 'fast-check';
import { decide } from '../shared/rollout/decide/decide.ts';
import { scenarios } from '../test/shared/rollout/decide/scenarios.ts';
import { Simulation } from '../test/shared/rollout/decide/simulate.ts';

const schedules = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now());
const found = new Map<string, number>();
let disruptions = 0;
const chosen = fc.sample(scenarios({ minSteps: 50, maxSteps: 600, trouble: true }), {
  seed,
  numRuns: schedules,
});
for (const scenario of chosen) {
  const simulation = new Simulation(scenario, decide);
  simulation.run(scenario);
  const last = simulation.settle(2000);
  disruptions += simulation.disruptions;
  for (const { rule } of simulation.found) found.set(rule, (found.get(rule) ?? 0) + 1);
  if (last.kind !== 'done') found.set('does not end', (found.get('does not end') ?? 0) + 1);
}
const violations = Object.fromEntries(found);
process.stdout.write(`${JSON.stringify({ schedules, seed, disruptions, violations })}\n`);
process.exitCode = found.size > 0 ? 1 : 0;
