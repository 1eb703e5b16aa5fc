import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { waitForAnswer, waitForSilence } from '../../../plugin/install/apply/answer.ts';
import { StoppedError } from '../../../plugin/install/errors.ts';
import { waitFor } from '../../../plugin/install/wait.ts';
import { InterruptedError } from '../../../shared/errors.ts';
import { ApiError, ConnectionError, type Kube } from '../../../shared/kube/kube.ts';
import { TRIAL_CODE, trialMessage } from '../../../shared/trial.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';

const LONG_MS = 300_000;

function patience(clock: ManualClock, deadlineMs = LONG_MS) {
  const told: string[] = [];
  const interrupted = new AbortController();
  return {
    told,
    interrupted,
    options: {
      clock,
      deadlineMs: clock.monotonicMs() + deadlineMs,
      signal: interrupted.signal,
      onWait: (text: string) => void told.push(text),
    },
  };
}

/** Advances the clock by half a second at a time until the promise is settled. */
async function pass<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const end = () => {
    settled = true;
  };
  promise.then(end, end);
  while (!settled) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(500);
  }
  return promise;
}

/** An API server that answers trials with these answers in turn, and then always with the last one. */
function trials(...answers: readonly (string | number)[]): Kube {
  let turn = 0;
  return {
    ...fakeKube(),
    async request() {
      const answer = answers[Math.min(turn, answers.length - 1)] ?? 404;
      turn += 1;
      throw typeof answer === 'string'
        ? new ApiError({ code: TRIAL_CODE, reason: 'Trial', message: trialMessage(answer) })
        : new ApiError({ code: answer, reason: '', message: `answer ${answer}` });
    },
  };
}

describe('waiting', () => {
  it('repeats until it succeeds, and reports once that it waits', async () => {
    const clock = manualClock();
    const { told, options } = patience(clock);
    const looks = ['nothing', new ConnectionError('no route'), 'little'];
    const found = await pass(
      clock,
      waitFor('it', options, async () => {
        const next = looks.shift();
        if (next instanceof Error) throw next;
        return next === undefined ? { found: 7 } : { missing: next };
      }),
    );
    assert.equal(found, 7);
    assert.deepEqual(told, ['waiting for it: nothing']);
  });

  it('stops at the deadline with what was missing last, and can be continued', async () => {
    const clock = manualClock();
    const { options } = patience(clock, 2_000);
    await assert.rejects(
      pass(
        clock,
        waitFor('it', options, async () => ({ missing: 'half of it' })),
      ),
      (error) =>
        error instanceof StoppedError &&
        error.end === 'stopped' &&
        /timed out waiting for it: half of it/.test(error.message),
    );
  });

  it('ends at once on an interrupt', async () => {
    const clock = manualClock();
    const { options, interrupted } = patience(clock);
    const waiting = waitFor('it', options, async () => ({ missing: 'all of it' }));
    interrupted.abort(new InterruptedError());
    await assert.rejects(waiting, InterruptedError);
  });
});

describe('waiting for the webhook’s answer', () => {
  const wait = (kube: Kube, deadlineMs?: number) => {
    const clock = manualClock();
    return pass(clock, waitForAnswer(kube, '0.2.0', patience(clock, deadlineMs).options));
  };

  it('continues until this version answers', async () => {
    assert.equal(await wait(trials(404, 500, '0.1.0', '0.1.0', '0.2.0')), '0.2.0');
  });

  it('waits a limited time while another version answers', async () => {
    assert.equal(await wait(trials('0.1.0')), '0.1.0');
  });

  it('reports the API server’s message if there is no answer', async () => {
    await assert.rejects(wait(trials(500), 2_000), /waiting for the webhook to answer .*: answer 500/);
  });
});

describe('waiting until the webhook is not called any more', () => {
  it('waits as long as other API servers may take, if the trial is not permitted', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    await pass(clock, waitForSilence(trials(403), patience(clock).options));
    assert.ok(clock.nowMs() - startMs >= 2_000);
  });

  it('starts again if the webhook answers once more', async () => {
    const clock = manualClock();
    const startMs = clock.nowMs();
    await pass(clock, waitForSilence(trials('0.1.0', 404, '0.1.0', 404), patience(clock).options));
    assert.ok(clock.nowMs() - startMs >= 3_500);
  });
});
