/**
 * How often `kubectl zone demo zero-downtime` proves what it is to prove: that the rolling update of a workload as
 * found costs requests behind a load balancer, and the same one after `kubectl zone check --fix` costs none.
 *
 *   node --import tsx bench/zero-downtime.ts [RUNS] [REQUESTS_PER_SECOND] [SPEED]
 *
 * 20 runs with what the demo has unless told: 400 requests a second and a clock four times as fast as ours, about 70 s
 * each. For each run it prints one JSON line with the requests by code in every rolling update, and at the end how
 * many runs proved it. Exits with 1 unless all did.
 */
import { loadavg } from 'node:os';
import * as z from 'zod/mini';
import { demoHost } from '../plugin/commands/demo.ts';
import { SCENARIO, showZeroDowntime } from '../plugin/demo/zero-downtime/zero-downtime.ts';
import { testContext } from '../test/helpers/context.ts';

const Code = z.union([z.number(), z.string()]);
const TallySchema = z.array(z.object({ code: Code, count: z.record(z.string(), z.number()) }));
const Finished = z.object({
  exitCode: z.number(),
  tallies: z.object({ found: TallySchema, mending: TallySchema, mended: TallySchema }),
});

const [runs = 20, requestsPerSecond = SCENARIO.requestsPerSecond, speed = SCENARIO.speed] = process.argv
  .slice(2)
  .map(Number);

let proved = 0;
for (let run = 1; run <= runs; run++) {
  const beganMs = performance.now();
  const { context, stdout } = testContext({});
  const options = { pods: 5, zones: 3, keep: false, output: 'json' } as const;
  await showZeroDowntime({ requestsPerSecond, speed }, options, context, await demoHost());
  const last = stdout.text.trimEnd().split('\n').at(-1) ?? '';
  const { exitCode, tallies } = Finished.parse(JSON.parse(last));
  if (exitCode === 0) proved += 1;
  const result = {
    run,
    exitCode,
    ...{ found: byCode(tallies.found), mending: byCode(tallies.mending), mended: byCode(tallies.mended) },
    tookS: Number(((performance.now() - beganMs) / 1000).toFixed(1)),
    load: loadavg().map((load) => Number(load.toFixed(1))),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
process.stdout.write(`${JSON.stringify({ runs, proved })}\n`);
process.exitCode = proved === runs ? 0 : 1;

function byCode(tally: z.infer<typeof TallySchema>): Record<string, number> {
  const total = (count: Readonly<Record<string, number>>) =>
    Object.values(count).reduce((sum, value) => sum + value, 0);
  return Object.fromEntries(tally.map(({ code, count }) => [String(code), total(count)]));
}
