import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EMPTY_TALLY, summaryOf, withResult, withSkipped } from '../../../../plugin/probe/decide/tally.ts';
import { probeSummaryLines } from '../../../../plugin/views/probe/summary.ts';
import { result, URL_SHOWN } from '../../probe/decide/results.ts';

const dueAtMs = Date.UTC(2026, 2, 1, 9, 0, 1, 250);
const bad = result({ dueAtMs, code: 502, failure: '502 Bad Gateway', tookMs: 31 });
const silent = result({
  dueAtMs: dueAtMs - 50,
  code: undefined,
  failure: 'read ECONNRESET',
  connection: 'kept-alive',
});

describe('summary of probes', () => {
  it('is nothing where nothing was probed', () => assert.deepEqual(probeSummaryLines(undefined), []));

  it('has the figures, and each failed request with time, code and the pod that was being replaced', () => {
    let tally = withResult(withResult(EMPTY_TALLY, result(), []), bad, ['web-2']);
    tally = withResult(tally, silent, []);
    const lines = probeSummaryLines(summaryOf(tally, { urls: [URL_SHOWN], unanswered: 0 }));
    assert.deepEqual(lines, [
      '',
      '  probed:           http://shop.test/',
      '  requests:         3',
      '  requests failed:  2',
      '  answers:          1 with 200, 1 with 502, 1 without an answer',
      '  response time:    median 11ms, 99th percentile 31ms, slowest 31ms',
      '',
      'failed requests, by when they were due (UTC):',
      '  09:00:01.200  kept-alive  read ECONNRESET after 10ms, no pod being replaced',
      '  09:00:01.250  fresh       502 Bad Gateway after 31ms, replacing web-2',
    ]);
  });

  it('says which address where there are several, and with which code an answer broke off', () => {
    const broken = result({ dueAtMs, code: 200, failure: 'the answer broke off: aborted', tookMs: 31 });
    const tally = withResult(withResult(EMPTY_TALLY, result(), []), broken, []);
    const urls = [URL_SHOWN, 'http://other.test'];
    assert.equal(
      probeSummaryLines(summaryOf(tally, { urls, unanswered: 0 })).at(-1),
      '  09:00:01.250  fresh       200, the answer broke off: aborted after 31ms, no pod being replaced (http://shop.test/)',
    );
  });

  it('shows only so many, and says what was not measured', () => {
    const many = Array.from({ length: 130 }, () => bad);
    const tally = withSkipped(
      many.reduce((sum, each) => withResult(sum, each, []), EMPTY_TALLY),
      7,
    );
    const lines = probeSummaryLines(summaryOf(tally, { urls: [URL_SHOWN], unanswered: 2 }));
    assert.equal(lines.filter((line) => line.includes('502 Bad Gateway')).length, 100);
    assert.equal(lines.at(-1), '  and 30 more; -o json lists the first thousand');
    assert.ok(lines.some((line) => /not sent: +7 \(this machine was suspended\)/.test(line)));
    assert.ok(lines.some((line) => /unanswered at the end: +2/.test(line)));
  });
});
