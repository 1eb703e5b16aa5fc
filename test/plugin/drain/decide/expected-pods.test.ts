import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeNote, encodeNote, expectedPods } from '../../../../plugin/drain/decide/expected-pods.ts';
import fc from '../../../helpers/seed.ts';

const UID = '6c1b1c1e-0000-4000-8000-000000000001';

describe('the expected number of pods', () => {
  it('is the largest that is known, and never decreases', () => {
    assert.equal(expectedPods({ known: undefined, noted: undefined, running: 3 }), 3);
    assert.equal(expectedPods({ known: 5, noted: undefined, running: 3 }), 5);
    assert.equal(expectedPods({ known: 3, noted: 5, running: 4 }), 5);
    assert.equal(expectedPods({ known: 3, noted: 5, running: 6 }), 6);
  });

  it('is read from the note for the same owner', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.string({ maxLength: 100 }), (pods, other) => {
        assert.equal(decodeNote(encodeNote(UID, pods), UID), pods);
        if (other !== UID) assert.equal(decodeNote(encodeNote(other, pods), UID), undefined);
      }),
    );
  });

  it('is not read from anything else', () => {
    const strange = [
      undefined,
      '',
      '6',
      UID,
      `0 ${UID}`,
      `-1 ${UID}`,
      `6.5 ${UID}`,
      `06 ${UID}`,
      `10001 ${UID}`,
      `99999999999 ${UID}`,
      `1e4 ${UID}`,
      `6 ${UID} `,
      `6  ${UID}`,
      `6 ${UID}\n`,
      `6 ${UID}${'x'.repeat(1_000_000)}`,
      `${'9'.repeat(1_000_000)} ${UID}`,
    ];
    for (const note of strange) assert.equal(decodeNote(note, UID), undefined, note?.slice(0, 60));
    fc.assert(
      fc.property(fc.string(), (note) => {
        const pods = decodeNote(note, UID);
        assert.ok(pods === undefined || note === `${pods} ${UID}`);
      }),
    );
  });
});
