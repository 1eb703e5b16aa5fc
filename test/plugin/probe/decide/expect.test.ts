import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_EXPECTATION, isExpected, parseExpectation } from '../../../../plugin/probe/decide/expect.ts';

function accepted(text: string, codes: readonly number[]): number[] {
  const expected = parseExpectation(text);
  assert.ok(typeof expected !== 'string', `${expected} is neither`);
  return codes.filter((code) => isExpected(code, expected));
}

describe('expected status codes', () => {
  it('are those of the codes and classes that are named', () => {
    const codes = [199, 200, 204, 299, 301, 399, 404, 502];
    assert.deepEqual(accepted(DEFAULT_EXPECTATION, codes), [200, 204, 299, 301, 399]);
    assert.deepEqual(accepted(' 204 , 4XX', codes), [204, 404]);
  });

  for (const [text, word] of [
    ['200,', ''],
    ['2x', '2x'],
    ['200,6xx', '6xx'],
    ['99', '99'],
    ['2000', '2000'],
  ] as const) {
    it(`cannot be read from "${text}"`, () => assert.equal(parseExpectation(text), word));
  }
});
