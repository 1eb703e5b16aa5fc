import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drainHold } from '../../../plugin/drain/probe-hold.ts';
import type { Answer, ProbeClient } from '../../../plugin/probe/client.ts';
import { Probe } from '../../../plugin/probe/probe.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import fc from '../../helpers/seed.ts';
import { settled, unhandledIn } from '../../helpers/unhandled.ts';

const asks = ['good', 'bad', 'throws', 'rejects', 'rejects with no Error', 'hangs'] as const;
const faults = ['none', 'pods', 'news', 'failure', 'close'] as const;

interface Script {
  answers: (typeof asks)[number][];
  fault: (typeof faults)[number];
  /** From which moment on. */
  from: number;
}

const scripts = fc.record<Script>({
  answers: fc.array(fc.constantFrom(...asks), { minLength: 2, maxLength: 10 }),
  fault: fc.constantFrom(...faults),
  from: fc.integer({ min: 0, max: 6 }),
});

function answer(what: (typeof asks)[number]): Promise<Answer> {
  if (what === 'throws') throw new Error('thrown');
  if (what === 'rejects') return Promise.reject(new Error('rejected'));
  if (what === 'rejects with no Error') return Promise.reject('rejected');
  if (what === 'hangs') return new Promise(() => {});
  const code = what === 'good' ? 200 : 502;
  return Promise.resolve({ code, statusLine: String(code), broken: undefined });
}

describe('probes whose surroundings fail in any way', () => {
  it('hold what they guard, leave no error untaken, and end', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async ({ answers, fault, from }) => {
        const clock = manualClock();
        let moment = 0;
        let thrown = false;
        const fail = (here: Script['fault']) => {
          if (fault !== here || moment < from) return;
          if (here !== 'close') thrown = true;
          throw new Error(`${here} failed`);
        };
        const client: ProbeClient = {
          ask: () => answer(moment === 0 ? 'good' : (answers[moment] ?? 'good')),
          close: () => fail('close'),
        };
        const probe = new Probe({
          request: {
            urls: [new URL('http://shop.test/')],
            ...{ intervalMs: 100, timeoutMs: 5_000, maxFailures: 1_000 },
            expected: { codes: new Set(), classes: new Set([2]) },
          },
          clock,
          replaced: () => {
            fail('pods');
            return [];
          },
          client: () => client,
        });
        const control = new AbortController();
        let woken = 0;
        const unhandled = await unhandledIn(async () => {
          const started = await probe.start(control.signal).catch((error: unknown) => error);
          if (started === undefined) {
            probe.listen(() => fail('news'));
            probe.whenFailed(() => fail('failure'));
            probe.whenBroken(() => {
              woken += 1;
            });
          }
          for (moment = 1; moment < answers.length; moment += 1) {
            clock.advance(1_000);
            await settled();
          }
          const ended = probe.end();
          await settled();
          clock.advance(1_000);
          await ended;
          control.abort(new Error('over'));
          if (started !== undefined) assert.match(String(started), /pods failed/);
          else if (thrown) {
            assert.match(drainHold(probe, 1_000) ?? '', /^paused: the probes stopped working: \w+ failed/);
            assert.equal(woken, 1);
          } else assert.equal(probe.broken, undefined);
        });
        assert.deepEqual(unhandled, []);
        assert.deepEqual(clock.pending(), []);
      }),
      { numRuns: 200 },
    );
  });
});
