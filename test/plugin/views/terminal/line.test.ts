import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clip, lineWidth, shorten, span, widthOf, wrap } from '../../../../plugin/views/terminal/line.ts';
import fc from '../../../helpers/seed.ts';

test('a clipped line fits, and is left alone when it does anyway', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.integer({ min: 1, max: 60 }), (texts, columns) => {
      const line = texts.map((text) => span(text));
      const clipped = clip(line, columns, '..');
      assert.ok(lineWidth(clipped) <= columns);
      if (lineWidth(line) <= columns) assert.equal(clipped, line);
    }),
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
