import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CredentialError, type Issued, renewableCredentials } from '../../../shared/kube/credentials.ts';
import { KubeconfigError } from '../../../shared/kube/kube.ts';
import { ANONYMOUS } from '../../helpers/anonymous.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

describe('renewableCredentials', () => {
  /** A source that does what the test says, one answer a run. */
  function source(lifeMs?: number) {
    const clock = manualClock();
    const answers: (Error | string)[] = [];
    let runs = 0;
    const credentials = renewableCredentials({
      source: 'credential plugin login',
      clock,
      async issue({ first }): Promise<Issued> {
        runs += 1;
        assert.equal(first, runs === 1);
        const answer = answers.shift() ?? `run ${runs}`;
        if (answer instanceof Error) throw answer;
        return {
          credential: { ...ANONYMOUS, authorization: answer },
          expiresAtMs: lifeMs === undefined ? undefined : clock.nowMs() + lifeMs,
        };
      },
    });
    const current = async () => (await credentials.current()).authorization;
    return { clock, answers, credentials, current, runs: () => runs };
  }
  const away = () => new KubeconfigError('the credential plugin login failed with exit code 255');

  it('throws the first failure as it is: a command that cannot begin says so at once', async () => {
    const { answers, current } = source();
    answers.push(away());
    await assert.rejects(current(), KubeconfigError);
  });

  it('takes a later failure for a lost connection, and asks again after a growing pause', async () => {
    const { clock, answers, current, runs } = source(60_000);
    await current();
    answers.push(away(), away());
    clock.advance(60_000);
    const lost = (error: unknown) =>
      error instanceof CredentialError && /credential plugin login failed/.test(error.message);
    await assert.rejects(current(), lost);
    await assert.rejects(current(), lost);
    assert.equal(runs(), 2, 'asked once in the pause');
    clock.advance(500);
    await assert.rejects(current(), lost);
    clock.advance(500);
    await assert.rejects(current(), lost);
    assert.equal(runs(), 3, 'the second pause is longer');
    clock.advance(500);
    assert.equal(await current(), 'run 4');
  });

  for (const setMs of [3_600_000, -3_600_000]) {
    it(`pauses neither longer nor shorter when the wall clock is set by ${setMs / 1000} s`, async () => {
      const { clock, answers, credentials, current } = source();
      const refused = await credentials.current();
      answers.push(away());
      await assert.rejects(credentials.renew(refused), CredentialError);
      clock.setWall(setMs);
      await assert.rejects(credentials.renew(refused), CredentialError);
      clock.advance(500);
      assert.equal((await credentials.renew(refused))?.authorization, 'run 3');
      assert.equal(await current(), 'run 3');
    });
  }

  it('uses what has not expired yet while it cannot be renewed', async () => {
    const { clock, answers, current } = source(60_000);
    await current();
    answers.push(away());
    clock.advance(57_000);
    assert.equal(await current(), 'run 1');
    clock.advance(3_000);
    assert.equal(await current(), 'run 3');
  });

  it('is asked once for all that need it at the same time', async () => {
    const { current, runs, credentials } = source();
    const [refused] = await Promise.all([credentials.current(), current(), current()]);
    assert.equal(runs(), 1);
    const renewed = await Promise.all([
      credentials.renew(refused ?? ANONYMOUS),
      credentials.renew(refused ?? ANONYMOUS),
      current(),
    ]);
    assert.equal(runs(), 2);
    assert.equal(renewed[0], renewed[1]);
  });

  it('does not run anew for each request that is refused while its source has no other', async () => {
    const { answers, credentials, runs, clock } = source();
    answers.push('stale', 'stale', 'stale');
    const refused = await credentials.current();
    assert.equal(await credentials.renew(refused), undefined);
    const again = await credentials.current();
    assert.equal(await credentials.renew(again), undefined);
    assert.equal(runs(), 2);
    clock.advance(500);
    assert.equal(await credentials.renew(again), undefined);
    clock.advance(1_000);
    assert.equal((await credentials.renew(await credentials.current()))?.authorization, 'run 4');
  });
});
