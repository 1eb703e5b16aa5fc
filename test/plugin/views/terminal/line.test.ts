import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clip,
  fit,
  lineWidth,
  shorten,
  span,
  widthOf,
  wrap,
} from '../../../../plugin/views/terminal/line.ts';
import fc from '../../../helpers/seed.ts';
import { wideText } from '../fixtures/wide-text.ts';

test('a clipped line fits, and is left alone when it does anyway', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), wideText)),
      fc.integer({ min: 1, max: 60 }),
      (texts, columns) => {
        const line = texts.map((text) => span(text));
        const clipped = clip(line, columns, '..');
        assert.ok(lineWidth(clipped) <= columns);
        if (lineWidth(line) <= columns) assert.equal(clipped, line);
      },
    ),
  );
});

test('wrapping loses no word and no row is too wide', () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/));
  fc.assert(
    fc.property(words, fc.integer({ min: 1, max: 30 }), (texts, columns) => {
      const lines = wrap(texts.join(' '), columns);
      assert.ok(lines.every((line) => widthOf(line) <= columns));
      assert.equal(lines.join('').replaceAll(' ', ''), texts.join(''));
    }),
  );
});

test('shortening keeps more of the end', () => {
  assert.equal(shorten('europe-west1-b', 14, '…'), 'europe-west1-b');
  assert.equal(shorten('europe-west1-b', 10, '…'), 'eur…est1-b');
});

test('a wide character takes two columns, a combining mark none', () => {
  assert.deepEqual(['日本', '🚀', 'e\u0301', 'ab'].map(widthOf), [4, 2, 1, 2]);
  assert.equal(shorten('日本語クラスタ', 9, '…'), '日…ラスタ');
  assert.deepEqual(wrap('ポッド が 停止', 6), ['ポッド', 'が', '停止']);
});

test('text that is cut in the middle of a wide character goes no further', () => {
  assert.deepEqual(clip([span('a日'), span('b')], 3, '…'), [span('a'), span('…', 'faint')]);
});

test('fitted text is exactly as wide as its column', () => {
  const cut = (text: string, columns: number) => widthOf(fit(span(text).text, columns, '…'));
  fc.assert(
    fc.property(wideText, fc.integer({ min: 1, max: 60 }), (text, columns) => {
      assert.equal(cut(text, columns), columns);
    }),
  );
});

test('what is measured is what is drawn: escape sequences are no text', () => {
  assert.equal(span('\u001b[31mred\u200d').text, 'red');
});
