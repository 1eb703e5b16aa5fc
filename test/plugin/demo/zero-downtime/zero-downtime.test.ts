import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { demoHost } from '../../../../plugin/commands/demo.ts';
import { showZeroDowntime } from '../../../../plugin/demo/zero-downtime/zero-downtime.ts';
import { main } from '../../../../plugin/main.ts';
import { testContext } from '../../../helpers/context.ts';

/** As quick as the clock goes, and few enough requests for a machine that does other things too. */
const SCENARIO = { speed: 30, requestsPerSecond: 60 };
const OPTIONS = { pods: 5, zones: 3, keep: false, output: 'json' } as const;

const TallySchema = z.array(
  z.object({ code: z.union([z.number(), z.string()]), count: z.record(z.string(), z.number()) }),
);
const Finished = z.object({
  type: z.literal('finished'),
  exitCode: z.number(),
  tallies: z.object({ found: TallySchema, mending: TallySchema, mended: TallySchema }),
});

describe('kubectl zone demo zero-downtime', () => {
  it('loses requests as deployed, and none after check --fix', async () => {
    const { context, stdout, stderr } = testContext({});
    assert.equal(
      await showZeroDowntime(SCENARIO, OPTIONS, context, await demoHost()),
      0,
      stdout.text + stderr.text,
    );
    const { exitCode, tallies } = Finished.parse(JSON.parse(stdout.text.trimEnd().split('\n').at(-1) ?? ''));
    assert.equal(exitCode, 0);
    const codes = tallies.found.map(({ code }) => code);
    assert.ok(codes.includes(502) || codes.includes(504), stdout.text);
    assert.deepEqual(
      tallies.mended.map(({ code }) => code),
      [200],
    );
  });

  it('has five pods unless reported, and can be interrupted', async () => {
    const { context, stdout, stderr, interrupt } = testContext({});
    const ended = main(['demo', 'zero-downtime', '-o', 'json'], context);
    await stderr.matches(/starting a cluster of 3 zones in this process, with 5 pods/);
    await stderr.matches(/inspect this one/);
    interrupt();
    assert.equal(await ended, 130, stdout.text + stderr.text);
  });
});
