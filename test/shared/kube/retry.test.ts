import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FailedAttempt, waitBeforeRetryMs } from '../../../shared/kube/retry.ts';
import { WireError } from '../../../shared/kube/wire.ts';
import { apiError } from '../../helpers/fake-kube.ts';

const wait = (error: FailedAttempt['error'], more: Partial<FailedAttempt> = {}) =>
  waitBeforeRetryMs({
    error,
    method: 'GET',
    retry: 'safe',
    attempt: 1,
    remainingMs: 30_000,
    random: 0.999,
    ...more,
  });
const lost = (sent: boolean, final = false) => new WireError('lost', { sent, final });
const write = { method: 'POST' };

describe('waitBeforeRetryMs', () => {
  it('repeats a write only when it certainly was not sent', () => {
    assert.equal(wait(lost(true), write), undefined);
    assert.notEqual(wait(lost(false), write), undefined);
    assert.notEqual(wait(lost(true)), undefined);
    assert.equal(wait(lost(false, true)), undefined);
  });

  it('repeats 5xx answers to reads only', () => {
    for (const code of [500, 502, 503, 504]) {
      assert.notEqual(wait(apiError(code, '')), undefined);
      assert.equal(wait(apiError(code, ''), write), undefined);
    }
    for (const code of [400, 401, 403, 404, 409, 410, 422]) assert.equal(wait(apiError(code, '')), undefined);
  });

  it('obeys Retry-After on any method, but hands it over when told never to repeat', () => {
    for (const code of [429, 503]) {
      assert.equal(wait(apiError(code, '', 4000), write), 4000);
      assert.equal(wait(apiError(code, '', 4000), { retry: 'never' }), undefined);
      assert.equal(wait(apiError(code, '', 30_000)), undefined);
    }
    assert.equal(wait(apiError(429, ''), write), undefined);
  });

  it('backs off, and gives up after four blind attempts', () => {
    const waits = [1, 2, 3, 4].map((attempt) => wait(lost(true), { attempt }));
    assert.deepEqual(
      waits.map((ms) => ms && Math.round(ms)),
      [150, 450, 1349, undefined],
    );
  });
});
