import assert from 'node:assert/strict';
import { it } from 'node:test';
import { answerError, statusError } from '../../../shared/kube/status.ts';

const answer = (body: string, retryAfter?: string) =>
  answerError({ code: 429, body, what: 'GET /x', retryAfter, nowMs: Date.UTC(2026, 0, 1) });

it('reads Retry-After as seconds, as a date, or from the Status', () => {
  assert.equal(answer('', '3').retryAfterMs, 3000);
  assert.equal(answer('', 'Thu, 01 Jan 2026 00:00:10 GMT').retryAfterMs, 10_000);
  assert.equal(answer('{"details":{"retryAfterSeconds":5}}').retryAfterMs, 5000);
  assert.equal(answer('{}', 'soon').retryAfterMs, undefined);
});

it('shows the beginning of a body that is no Status', () => {
  const error = answer(`<html>\n  ${'bad gateway '.repeat(100)}`);
  assert.match(error.message, /^GET \/x: answered 429: <html> bad gateway/);
  assert.ok(error.message.length < 250);
  assert.equal(answer('').message, 'GET /x: answered 429');
});

it('does not stumble over a malformed Status', () => {
  const error = answer('{"reason":7,"message":"slow down","details":{"causes":"none"}}');
  assert.equal(error.reason, '');
  assert.equal(error.message, 'slow down');
  assert.deepEqual(error.causes, []);
  assert.equal(statusError('nonsense').code, 500);
  assert.equal(statusError({ code: 410, reason: 'Expired', message: 'too old' }).code, 410);
});
