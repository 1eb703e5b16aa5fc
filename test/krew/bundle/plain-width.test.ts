import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import stringWidth from 'string-width';
import plainWidth from '../../../krew/bundle/plain-width.ts';
import fc from '../../helpers/seed.ts';

describe('plainWidth', () => {
  it('measures printable ASCII as string-width does, with and without colours', () => {
    const printable = fc.string({
      unit: fc.integer({ min: 32, max: 126 }).map((n) => String.fromCharCode(n)),
    });
    fc.assert(
      fc.property(printable, (text) => {
        assert.equal(plainWidth(text), stringWidth(text));
        assert.equal(plainWidth(`\u001B[1m${text}\u001B[22m`), stringWidth(text));
      }),
    );
  });

  it('counts a character outside the basic plane once', () => assert.equal(plainWidth('a𝒷c'), 3));
});
