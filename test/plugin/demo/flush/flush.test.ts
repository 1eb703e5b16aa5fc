import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { demoHost } from '../../../../plugin/commands/demo.ts';
import { showFlush } from '../../../../plugin/demo/flush/flush.ts';
import type { Scenario } from '../../../../plugin/demo/flush/scenario.ts';
import { main } from '../../../../plugin/main.ts';
import { testContext } from '../../../helpers/context.ts';

/** Two ingesters a zone that flush for 20 s: each flush adds 2,333 writes/s, as in the one that is shown. */
const SCENARIO: Scenario = {
  pods: 6,
  held: { series: 40_000, chunkAgeMs: 240_000, entriesPerChunk: 7, flushMs: 20_000 },
  capacity: 3_600,
  startMs: [2_000, 3_000],
  speed: 50,
};
const OPTIONS = { pods: 6, zones: 3, keep: false, output: 'json' } as const;

const Figures = z.object({
  peakWritesPerSecond: z.number(),
  overrunMs: z.number(),
  writesLost: z.number(),
  mostFlushing: z.number(),
  mostZonesFlushing: z.number(),
  tookMs: z.optional(z.number()),
});
const Finished = z.object({
  type: z.literal('finished'),
  exitCode: z.number(),
  figures: z.object({ plain: Figures, zone: Figures }),
});

function finishedIn(text: string) {
  return Finished.parse(JSON.parse(text.trimEnd().split('\n').at(-1) ?? ''));
}

describe('kubectl zone demo flush', () => {
  it('overruns the store with a plain rolling update, and not with ours', async () => {
    const { context, stdout, stderr } = testContext({});
    assert.equal(await showFlush(SCENARIO, OPTIONS, context, await demoHost()), 0, stdout.text + stderr.text);
    const { exitCode, figures } = finishedIn(stdout.text);
    assert.equal(exitCode, 0);
    assert.ok(figures.plain.mostFlushing > 1);
    assert.ok(figures.plain.peakWritesPerSecond > SCENARIO.capacity);
    assert.ok(figures.plain.writesLost > 0);
    assert.equal(figures.zone.mostFlushing, 1);
    assert.equal(figures.zone.mostZonesFlushing, 1);
    assert.equal(Math.round(figures.zone.peakWritesPerSecond), 3_500);
    assert.equal(figures.zone.writesLost, 0);
    assert.ok(figures.plain.tookMs !== undefined && figures.zone.tookMs !== undefined);
  });

  it('fails when our side asks for more than the store takes', async () => {
    const { context, stdout, stderr } = testContext({});
    const small = { ...SCENARIO, pods: 1, capacity: 2_000 };
    assert.equal(
      await showFlush(small, { ...OPTIONS, pods: 1 }, context, await demoHost()),
      1,
      stdout.text + stderr.text,
    );
    assert.ok(finishedIn(stdout.text).figures.zone.writesLost > 0);
  });

  it('has three ingesters unless reported, and can be interrupted before they are there', async () => {
    const { context, stdout, stderr, interrupt } = testContext({});
    const ended = main(['demo', 'flush', '-o', 'json'], context);
    await stderr.matches(/starting a cluster of 3 zones in this process, with 3 pods/);
    interrupt();
    assert.equal(await ended, 130, stderr.text);
    assert.match(stderr.text, /interrupted; the cluster of the demo was removed/);
    assert.equal(stdout.text, '');
  });

  it('can be interrupted while it runs, and says how its command ended', async () => {
    const { context, stdout, stderr, interrupt } = testContext({});
    const ended = showFlush(SCENARIO, OPTIONS, context, await demoHost());
    await stdout.matches(/wave 1 in zone-a/);
    interrupt();
    assert.equal(await ended, 130, stdout.text + stderr.text);
    assert.equal(finishedIn(stdout.text).exitCode, 130);
  });
});
