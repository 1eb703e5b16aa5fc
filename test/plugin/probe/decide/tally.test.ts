import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hopeless } from '../../../../plugin/probe/decide/first-answers.ts';
import {
  EMPTY_TALLY,
  MOST_LISTED,
  sampleOf,
  summaryOf,
  withResult,
  withSkipped,
} from '../../../../plugin/probe/decide/tally.ts';
import { result, URL_SHOWN } from './results.ts';

const bad = result({ code: 502, failure: '502 Bad Gateway', tookMs: 30, dueAtMs: 2_000 });
const silent = result({ code: undefined, failure: 'no answer within 10s', tookMs: 10_000 });

describe('tally of probes', () => {
  it('counts answers by status, and lists what failed with the pods that were being replaced', () => {
    let tally = withResult(EMPTY_TALLY, result(), []);
    tally = withResult(tally, bad, ['web-2', 'web-1']);
    tally = withSkipped(withResult(tally, silent, []), 4);
    const { failures, ...counted } = summaryOf(tally, { urls: [URL_SHOWN], unanswered: 1 });
    assert.deepEqual(counted, {
      urls: [URL_SHOWN],
      requests: 3,
      failed: 2,
      skipped: 4,
      unanswered: 1,
      codes: { 200: 1, 502: 1, none: 1 },
      // A request without an answer says nothing of how long answers take.
      medianMs: 11,
      percentile99Ms: 30,
      slowestMs: 30,
    });
    assert.deepEqual(
      failures.map(({ code, reason, pods, dueAtMs }) => ({ code, reason, pods, dueAtMs })),
      [
        { code: 502, reason: '502 Bad Gateway', pods: ['web-2', 'web-1'], dueAtMs: 2_000 },
        { code: undefined, reason: 'no answer within 10s', pods: [], dueAtMs: 1_000 },
      ],
    );
  });

  it('lists only so many failures, and counts the others', () => {
    const many = Array.from({ length: MOST_LISTED + 5 }, () => bad);
    const tally = many.reduce((sum, each) => withResult(sum, each, []), EMPTY_TALLY);
    assert.deepEqual([tally.failures.length, tally.failed], [MOST_LISTED, MOST_LISTED + 5]);
  });

  it('is a sample of the time it was taken in', () => {
    const { requests, failed, forMs, slowestMs } = sampleOf(withResult(EMPTY_TALLY, bad, []), 900);
    assert.deepEqual([requests, failed, forMs, slowestMs], [1, 1, 900, 30]);
    assert.equal(sampleOf(EMPTY_TALLY, 900).medianMs, undefined);
  });
});

describe('the first answers', () => {
  it('condemn an address of which none was good, with each reason once', () => {
    const other = 'http://other.test/';
    assert.deepEqual(hopeless([bad, { ...bad, connection: 'kept-alive' }, result({ url: other })]), [
      `${URL_SHOWN}: 502 Bad Gateway`,
    ]);
    assert.deepEqual(hopeless([bad, silent]), [`${URL_SHOWN}: 502 Bad Gateway; no answer within 10s`]);
    assert.deepEqual(hopeless([bad, result()]), []);
  });
});
