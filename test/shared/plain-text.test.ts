import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { harmless, harmlessJson, oneLine } from '../../shared/plain-text.ts';
import fc from '../helpers/seed.ts';

/** All that a terminal obeys, or that nobody sees. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('text from the cluster', () => {
  it('loses what a terminal would obey, and keeps what people read', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['ann@host\u001b[2K\r\u001b[32mdone', 'ann@host done'],
      ['a\u001b]52;c;cm0gLXJmIH4K\u0007b', 'ab'],
      ['a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\b', 'alinkb'],
      ['a\u009b31mb\u009d0;x\u009cc', 'abc'],
      ['\u001b]0;our words\u0007 stay', '0;our words  stay'],
      ['a\u001b]52;c;unended; resume with: kubectl', 'a52;c;unended; resume with: kubectl'],
      ['one\ntwo\r\nthree\u2028four\u0085five', 'one two three four five'],
      ['\u202egnp.exe\u2066x\u200bpod\ufeff\u061c', 'gnp.exexpod'],
      [`Z${'\u0301'.repeat(50)}`, 'Z\u0301\u0301'],
      ['zürich-1a 東京 🚀', 'zürich-1a 東京 🚀'],
      ['\ud800x', '\ufffdx'],
    ];
    for (const [text, expected] of cases) assert.equal(harmless(text), expected, JSON.stringify(text));
    assert.equal(oneLine(' \n a\tb \u001b[0m'), 'a b');
  });

  it('is harmless whatever it was, and stays what it is when it is cleaned again', () => {
    const nasty = fc.constantFrom(
      '\u001b',
      '\u001b[',
      '\u001b]',
      '\u0007',
      '\u009b',
      '\u009d',
      '\u009c',
      ';',
      '1',
      'm',
      '\\',
      '\n',
      '\u202e',
    );
    const text = fc.array(fc.oneof(nasty, fc.string({ unit: 'binary' })), { maxLength: 30 });
    fc.assert(
      fc.property(text, (parts) => {
        const clean = harmless(parts.join(''));
        assert.doesNotMatch(clean, UNSAFE);
        assert.equal(harmless(clean), clean);
      }),
    );
  });

  it('is cut, and cleaned in linear time', () => {
    for (const part of [
      '\u001b',
      '\u001b]',
      '\u009d',
      '\u001b[;',
      '\u001b]a',
      '\u0301',
      '\u200b',
      '\u001b[1;',
    ]) {
      const clean = harmless(part.repeat(1_000_000));
      assert.doesNotMatch(clean, UNSAFE);
      assert.ok(clean.length <= 33 * 1024);
    }
  });

  it('keeps its meaning in JSON, where everything of the kind is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const value = { [text]: [text, `\u009b31m\u202e\u{e0041}${text}`] };
        const json = harmlessJson(JSON.stringify(value, undefined, 2));
        assert.doesNotMatch(json.replaceAll('\n', ''), UNSAFE);
        assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
