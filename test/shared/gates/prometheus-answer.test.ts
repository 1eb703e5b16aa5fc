import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { UserError } from '../../../shared/errors.ts';
import { judgeReply } from '../../../shared/gates/prometheus-answer.ts';
import fc from '../../helpers/seed.ts';

function judge(resultType: string, result: unknown, more: Record<string, unknown> = {}) {
  return judgeReply({ status: 200, body: { status: 'success', data: { resultType, result }, ...more } });
}

function vector(...values: string[]) {
  return values.map((value, index) => ({ metric: { pod: `p-${index}` }, value: [1, value] }));
}

describe('the answer of Prometheus', () => {
  it('opens while nothing comes back, or only zeros', () => {
    assert.deepEqual(judge('vector', []), { state: 'open', reason: 'the query returns nothing' });
    assert.deepEqual(judge('vector', vector('0', '-0', '0.0')), {
      state: 'open',
      reason: 'the query returns only 0',
    });
    assert.deepEqual(judge('scalar', [1, '0']), { state: 'open', reason: 'the query returns 0' });
  });

  it('closes with everything else, and names the first series that does it', () => {
    const series = { metric: { __name__: 'errors', job: 'a "b"', zone: 'z' }, value: [1, '0.25'] };
    assert.deepEqual(judge('vector', [...vector('0'), series, ...vector('3')]), {
      state: 'closed',
      reason: 'errors{job="a \\"b\\"", zone="z"} is 0.25 and 1 more',
    });
    assert.deepEqual(judge('vector', [{ metric: {}, value: [1, '1'] }]), {
      state: 'closed',
      reason: '{} is 1',
    });
    assert.deepEqual(judge('scalar', [1, '2']), { state: 'closed', reason: 'the query returns 2' });
  });

  it('closes with NaN, infinities and histograms: none of them is 0', () => {
    for (const value of ['NaN', '+Inf', '-Inf', '-1', '1e-9']) {
      assert.equal(judge('vector', vector(value)).state, 'closed', value);
      assert.equal(judge('scalar', [1, value]).state, 'closed', value);
    }
    const histogram = { metric: { job: 'a' }, histogram: [1, { count: '0', sum: '0' }] };
    assert.deepEqual(judge('vector', [histogram]), { state: 'closed', reason: '{job="a"} is a histogram' });
  });

  it('is open exactly when all values are 0', () => {
    const values = fc.array(fc.oneof(fc.constant(0), fc.double()).map(String));
    fc.assert(
      fc.property(values, (all) => {
        const expected = all.every((value) => Number(value) === 0) ? 'open' : 'closed';
        assert.equal(judge('vector', vector(...all)).state, expected);
      }),
    );
  });

  it('does not open on a result that is doubtful, but lets advice pass', () => {
    assert.deepEqual(
      judge('vector', [], { warnings: ['PromQL info: not a counter', 'store eu-1: timed out'] }),
      {
        state: 'unknown',
        reason: 'the query returns nothing, but Prometheus warns: store eu-1: timed out',
      },
    );
    assert.equal(
      judge('vector', [], { warnings: ['PromQL info: metric might not be a counter'] }).state,
      'open',
    );
    assert.equal(judge('vector', [], { infos: ['metric might not be a counter'] }).state, 'open');
    assert.equal(judge('vector', vector('1'), { warnings: ['store eu-1: timed out'] }).state, 'closed');
  });

  it('is a mistake of the operator when the query is wrong', () => {
    for (const status of [400, 422]) {
      const body = { status: 'error', errorType: 'bad_data', error: '1:5: parse error: unexpected "}"' };
      assert.throws(
        () => judgeReply({ status, body }),
        (error) =>
          error instanceof UserError &&
          error.message === 'Prometheus refuses the query: 1:5: parse error: unexpected "}"',
      );
    }
    assert.throws(() => judge('matrix', []), { name: 'UserError', message: /not a matrix/ });
    assert.throws(() => judge('string', [1, 'x']), { name: 'UserError', message: /not a string/ });
  });

  it('is a mistake of the operator when nothing there speaks its language', () => {
    const replies: [status: number, body: unknown][] = [
      [200, '<html>sign in</html>'],
      [200, { hello: 'world' }],
      [404, '404 page not found'],
      [200, { status: 'success', data: { resultType: 'vector', result: 'none' } }],
      [200, { status: 'success', data: { resultType: 'scalar', result: [] } }],
      [401, ''],
      [403, ''],
    ];
    for (const [status, body] of replies) {
      assert.throws(() => judgeReply({ status, body }), { name: 'UserError' }, JSON.stringify(body));
    }
  });

  it('is no answer when Prometheus cannot answer now', () => {
    const replies: [status: number, body: unknown, message: RegExp][] = [
      [503, { status: 'error', errorType: 'timeout', error: 'query timed out' }, /^503: query timed out$/],
      [500, 'oh\nno', /^it answered 500: oh no$/],
      [502, undefined, /^it answered 502$/],
      [429, 'slow down', /^it answered 429: slow down$/],
    ];
    for (const [status, body, message] of replies) {
      assert.throws(() => judgeReply({ status, body }), { name: 'Error', message });
    }
  });
});
