import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readFlags } from '../../../krew/release/flags.ts';
import { VARIANTS } from '../../../krew/release/variants.ts';

describe('flags of a release', () => {
  it('build everything unless told', () => {
    assert.deepEqual(readFlags([]), { snapshot: false, variants: new Set(VARIANTS) });
  });

  it('choose variants of a trial', () => {
    assert.deepEqual(readFlags(['--snapshot', '--only', 'javascript,linux_amd64', '--out', '/out']), {
      snapshot: true,
      variants: new Set(['javascript', 'linux_amd64']),
      out: '/out',
    });
  });

  it('refuse a part of a release, and what is no variant', () => {
    assert.throws(() => readFlags(['--only', 'javascript']), /Add --snapshot/);
    assert.throws(
      () => readFlags(['--snapshot', '--only', 'plan9']),
      /--only plan9: not one of javascript, linux_amd64/,
    );
    assert.throws(() => readFlags(['--snapshoot']), /--snapshoot/);
  });
});
