import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../../../shared/clock.ts';
import { UserError } from '../../../shared/errors.ts';
import type { GateSource } from '../../../shared/gates/gate.ts';
import { type GateWatch, watchGates } from '../../../shared/gates/watch.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { scriptedSource } from './scripted-source.ts';

const TIMES = { freshForMs: 10_000, timeoutMs: 4_500 };

function setUp(options: { random?: number; names?: string[]; clockOf?: (clock: Clock) => Clock } = {}) {
  const clock = manualClock();
  const sources = (options.names ?? ['Oracle']).map(scriptedSource);
  const watch = watchGates(sources, {
    clock: options.clockOf?.(clock) ?? clock,
    random: () => options.random ?? 0,
    times: TIMES,
  });
  const [source = scriptedSource('none')] = sources;
  const control = new AbortController();
  return { clock, sources, source, watch, control, start: () => watch.start(control.signal) };
}

/** A watch whose first answer was open. */
async function opened(options: Parameters<typeof setUp>[0] = {}) {
  const given = setUp(options);
  const started = given.start();
  (await given.source.asked(1)).answer('open');
  await started;
  return given;
}

function stateOf(watch: GateWatch): string | undefined {
  return watch.states()[0]?.state;
}

/** Resolves at the next change of the watch. */
function change(watch: GateWatch): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch.onChange(() => {
      stop();
      resolve();
    });
  });
}

describe('the watch of gates', () => {
  it('is open and fresh without gates', async () => {
    const { watch, start } = setUp({ names: [] });
    await start();
    await watch.ensureFresh();
    assert.deepEqual(watch.states(), []);
    assert.equal(watch.fresh, true);
  });

  it('asks all sources at the start, and shows their gates in the order given', async () => {
    const { sources, watch, start } = setUp({ names: ['A', 'B'] });
    assert.equal(watch.fresh, false);
    const started = start();
    for (const [index, source] of sources.entries()) {
      (await source.asked(1)).answer(index === 0 ? 'closed' : 'open', `reason ${index}`);
    }
    await started;
    assert.deepEqual(watch.states(), [
      { name: 'gate of A', state: 'closed', reason: 'reason 0' },
      { name: 'gate of B', state: 'open', reason: 'reason 1' },
    ]);
    assert.equal(watch.fresh, true);
  });

  it('throws all mistakes of the operator together, and asks no more', async () => {
    const { clock, sources, start } = setUp({ names: ['A', 'B', 'C'] });
    const started = start();
    const [a, b, c] = await Promise.all(sources.map((source) => source.asked(1)));
    a?.fail(new UserError('no alarm named x', 'did you mean y?'));
    b?.fail(new Error('connection refused'));
    c?.fail(new UserError('parse error'));
    await assert.rejects(started, (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, 'no alarm named x\nparse error');
      assert.equal(error.fix, 'did you mean y?');
      return true;
    });
    assert.deepEqual(clock.pending(), []);
    assert.ok(sources.every((source) => source.closed));
  });

  it('does not start with a source that does not answer, and asks no more', async () => {
    const { clock, source, start } = setUp();
    const started = start();
    const refused = assert.rejects(started, (error) => {
      assert.ok(error instanceof UserError);
      assert.equal(error.message, 'no answer from Oracle, asked 5 times in 7s: connect ECONNREFUSED');
      assert.match(error.fix ?? '', /^nothing was changed; /);
      return true;
    });
    const waits = [];
    for (let number = 1; number <= 5; number += 1) {
      (await source.asked(number)).fail(new Error('connect ECONNREFUSED'));
      if (number === 5) break;
      const waitMs = await clock.scheduled((delayMs) => delayMs !== TIMES.timeoutMs);
      waits.push(waitMs);
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(waitMs);
    }
    await refused;
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000]);
    assert.deepEqual(clock.pending(), []);
    assert.equal(source.closed, true);
  });

  it('starts when a source answers at the second time', async () => {
    const { clock, source, watch, start } = setUp();
    const started = start();
    (await source.asked(1)).fail(new Error('down'));
    await clock.scheduled((delayMs) => delayMs === 500);
    clock.advance(500);
    (await source.asked(2)).answer('open');
    await started;
    assert.equal(stateOf(watch), 'open');
    assert.deepEqual(clock.pending(), [6_000], 'the failure is forgotten');
  });

  it('asks a source that no longer answers ever more rarely, and says after a minute what would help', async () => {
    const { clock, source, watch } = await opened();
    clock.advance(6_000);
    const waits = [];
    for (let number = 2; number <= 10; number += 1) {
      (await source.asked(number)).fail(new Error('connect ECONNREFUSED'));
      const waitMs = await clock.scheduled((delayMs) => delayMs !== TIMES.timeoutMs);
      waits.push(waitMs);
      clock.advance(waitMs);
      if (number === 6) {
        assert.match(
          watch.states()[0]?.reason ?? '',
          /^no answer from Oracle for 15s: connect ECONNREFUSED$/,
        );
      }
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert.match(
      watch.states()[0]?.reason ?? '',
      /^no answer from Oracle for 2m 00s: connect ECONNREFUSED; to continue without it, stop the rollout/,
    );
  });

  it('opens by itself when the source answers again', async () => {
    const { clock, source, watch } = await opened();
    clock.advance(6_000);
    (await source.asked(2)).fail(new Error('down'));
    await clock.scheduled((delayMs) => delayMs === 500);
    clock.advance(4_001);
    assert.equal(stateOf(watch), 'unknown');
    const opening = change(watch);
    (await source.asked(3)).answer('open');
    await opening;
    assert.equal(stateOf(watch), 'open');
    assert.equal(watch.fresh, true);
  });

  for (const [random, expectedMs] of [
    [0, 6_000],
    [0.5, 7_000],
  ] as const) {
    it(`asks again before the answer is too old, at random ${random}`, async () => {
      const { clock, source, watch } = await opened({ random });
      assert.deepEqual(clock.pending(), [expectedMs]);
      clock.advance(expectedMs);
      const closing = change(watch);
      (await source.asked(2)).answer('closed', 'ALARM');
      await closing;
      assert.deepEqual(watch.states(), [{ name: 'gate of Oracle', state: 'closed', reason: 'ALARM' }]);
    });
  }

  it('bears one failure between two answers without a change', async () => {
    const { clock, source, watch } = await opened();
    // The first answer is told when this turn is over.
    await change(watch);
    let changes = 0;
    watch.onChange(() => {
      changes += 1;
    });
    clock.advance(6_000);
    (await source.asked(2)).fail(new Error('blip'));
    clock.advance(await clock.scheduled((delayMs) => delayMs === 500));
    assert.equal(stateOf(watch), 'open');
    (await source.asked(3)).answer('open');
    await clock.scheduled((delayMs) => delayMs === 6_000);
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(stateOf(watch), 'open');
    assert.equal(changes, 0);
  });

  it('gives a question up when its time is over, and then holds', async () => {
    const { clock, source, watch } = await opened();
    clock.advance(6_000);
    const question = await source.asked(2);
    clock.advance(4_500);
    await clock.scheduled((delayMs) => delayMs === 500);
    assert.equal(question.signal.aborted, true);
    clock.advance(500);
    await source.asked(3);
    assert.equal(stateOf(watch), 'unknown');
    assert.match(watch.states()[0]?.reason ?? '', /^no answer from Oracle: no answer within 4\.5s$/);
    question.answer('open');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(stateOf(watch), 'unknown', 'an answer that comes too late is none');
  });

  it('holds on a mistake that comes up later, and says it', async () => {
    const { clock, source, watch } = await opened();
    clock.advance(6_000);
    (await source.asked(2)).fail(new UserError('the session has expired', 'sign in'));
    await clock.scheduled((delayMs) => delayMs === 500);
    clock.advance(4_001);
    assert.deepEqual(watch.states(), [
      { name: 'gate of Oracle', state: 'unknown', reason: 'no answer from Oracle: the session has expired' },
    ]);
  });

  describe('before a disruption', () => {
    it('does not ask when the answers are fresh', async () => {
      const { source, watch } = await opened();
      await watch.ensureFresh();
      assert.equal(source.questions.length, 1);
    });

    it('waits for the question that is under way', async () => {
      const { clock, source, watch } = await opened();
      clock.advance(6_000);
      const question = await source.asked(2);
      clock.advance(4_001);
      assert.equal(watch.fresh, false);
      const fresh = watch.ensureFresh();
      question.answer('closed', 'ALARM');
      await fresh;
      assert.equal(source.questions.length, 2);
      assert.equal(watch.fresh, true);
      assert.equal(stateOf(watch), 'closed');
    });

    it('asks at once after a sleep of the machine, when timers are late', async () => {
      let sleptMs = 0;
      const { source, watch } = await opened({
        clockOf: (clock) => ({ ...clock, nowMs: () => clock.nowMs() + sleptMs }),
      });
      sleptMs = 3_600_000;
      assert.equal(watch.fresh, false);
      assert.equal(stateOf(watch), 'unknown', 'nobody may go on with an answer from an hour ago');
      const fresh = Promise.all([watch.ensureFresh(), watch.ensureFresh()]);
      (await source.asked(2)).answer('closed', 'ALARM');
      await fresh;
      assert.equal(source.questions.length, 2);
      assert.equal(watch.fresh, true);
      assert.equal(stateOf(watch), 'closed');
    });

    it('is over when the question fails, and leaves a failed source alone', async () => {
      let sleptMs = 0;
      const { source, watch } = await opened({
        clockOf: (clock) => ({ ...clock, nowMs: () => clock.nowMs() + sleptMs }),
      });
      sleptMs = 11_000;
      const fresh = watch.ensureFresh();
      (await source.asked(2)).fail(new Error('throttled'));
      await fresh;
      assert.equal(watch.fresh, false);
      assert.equal(stateOf(watch), 'unknown');
      await watch.ensureFresh();
      assert.equal(source.questions.length, 2);
    });
  });

  it('ends with its signal: no timers, connections let go', async () => {
    const { clock, source, control } = await opened();
    control.abort(new Error('the rollout is over'));
    assert.deepEqual(clock.pending(), []);
    assert.equal(source.closed, true);
  });

  it('ends a start that waits, with the reason of the signal', async () => {
    const { clock, source, control, start } = setUp();
    const started = start();
    await source.asked(1);
    control.abort(new Error('interrupted'));
    await assert.rejects(started, /interrupted/);
    assert.deepEqual(clock.pending(), []);
  });

  it('treats a source that throws at once as one that does not answer', async () => {
    const broken: GateSource = {
      source: 'Broken',
      names: ['gate of Broken'],
      check() {
        throw new TypeError('undefined is not a function');
      },
      close() {},
    };
    const clock = manualClock();
    const watch = watchGates([broken], { clock, random: () => 0, times: { ...TIMES, timeoutMs: 0 } });
    await assert.rejects(watch.start(new AbortController().signal), /no answer from Broken.*not a function/);
  });
});
