import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GateSource } from '../../../shared/gates/gate.ts';
import { watchGates } from '../../../shared/gates/watch.ts';
import type { GateState } from '../../../shared/rollout/decide/types.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';
import { settled, unhandledIn } from '../../helpers/unhandled.ts';

const TIMES = { freshForMs: 10_000, timeoutMs: 4_500 };

const checks = [
  'open',
  'closed',
  'throws',
  'rejects',
  'rejects with no Error',
  'hangs',
  'fails late',
] as const;
interface Moment {
  check: (typeof checks)[number];
  basis: 'same' | 'another' | 'throws';
  passesMs: number;
  /** The machine's clock is set. */
  setByMs: number;
  isWanted: boolean;
}

const moments = fc.array(
  fc.record<Moment>({
    check: fc.constantFrom(...checks),
    basis: fc.constantFrom('same', 'same', 'another', 'throws'),
    passesMs: fc.integer({ min: 0, max: 20_000 }),
    setByMs: fc.constantFrom(0, 0, 0, -3_600_000, 3_600_000),
    isWanted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** A source that does what the present moment says. */
class Faulty implements GateSource {
  readonly source = 'Oracle';
  readonly names = ['gate'];
  moment: Moment = { check: 'open', basis: 'same', passesMs: 0, setByMs: 0, isWanted: false };
  closes = false;
  /** When it last said that the gate is open; undefined after any other answer. */
  openSinceMs: number | undefined;
  readonly #nowMs: () => number;
  #others = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  check(signal: AbortSignal): Promise<readonly GateState[]> {
    const { check } = this.moment;
    if (check === 'throws') throw new Error('thrown');
    if (check === 'rejects') return Promise.reject(new Error('rejected'));
    if (check === 'rejects with no Error') return Promise.reject('rejected');
    if (check === 'hangs') return new Promise(() => {});
    if (check === 'fails late')
      return new Promise((_, reject) => signal.addEventListener('abort', () => setImmediate(reject)));
    this.openSinceMs = check === 'open' ? this.#nowMs() : undefined;
    return Promise.resolve([{ name: 'gate', state: check, reason: check }]);
  }

  basis(): string {
    const { basis } = this.moment;
    if (basis === 'throws') throw new Error('no basis');
    if (basis === 'another') this.#others += 1;
    return String(this.#others);
  }

  close(): void {
    if (this.closes) throw new Error('cannot be closed');
  }
}

describe('gates whose source fails in any way', () => {
  it('are never open for longer than an answer serves, leave no error untaken, and end', async () => {
    await fc.assert(
      fc.asyncProperty(moments, fc.boolean(), async (script, closes) => {
        const clock = manualClock();
        const source = new Faulty(() => clock.monotonicMs());
        source.closes = closes;
        const control = new AbortController();
        const watch = watchGates([source], { clock, random: () => 0.5, times: TIMES });
        const unhandled = await unhandledIn(async () => {
          const waits: Promise<unknown>[] = [];
          for (const [index, moment] of script.entries()) {
            source.moment = moment;
            // A source that gives no answer for long is refused.
            if (index === 0) waits.push(watch.start(control.signal).catch(() => {}));
            if (moment.isWanted) waits.push(watch.ensureFresh());
            await settled();
            clock.setWall(moment.setByMs);
            clock.advance(moment.passesMs);
            await settled();
            const [gate] = watch.states();
            const ageMs = clock.monotonicMs() - (source.openSinceMs ?? Number.NEGATIVE_INFINITY);
            if (gate?.state === 'open')
              assert.ok(ageMs <= TIMES.freshForMs + TIMES.timeoutMs, `open for ${ageMs} ms`);
            if (gate?.state === 'unknown') assert.match(gate.reason, /^no answer from Oracle/);
            if (moment.basis === 'throws') assert.equal(watch.fresh, false);
          }
          control.abort(new Error('over'));
          await Promise.allSettled(waits);
        });
        assert.deepEqual(unhandled, []);
        assert.deepEqual(clock.pending(), []);
      }),
      { numRuns: 200 },
    );
  });
});
