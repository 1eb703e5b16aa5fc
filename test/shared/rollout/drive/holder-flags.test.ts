import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { noteHolderFlags, readHolderFlags } from '../../../../shared/rollout/drive/holder-flags.ts';

const MAX = { kind: 'percent', percent: 25 } as const;
const FLAGS = 'kubectl-zone.dev/zone-flags';

function written(...args: Parameters<typeof noteHolderFlags>): Record<string, string> {
  const kept = Object.entries(noteHolderFlags(...args)).filter(([, value]) => value !== null);
  return Object.fromEntries(kept) as Record<string, string>;
}

describe('the flags of the holder of a Lease', () => {
  it('survive in its annotations', () => {
    const zones = { kind: 'pod-label', key: 'zone' } as const;
    const annotations = written({ maxUnavailable: MAX, singleZone: true }, zones);
    assert.deepEqual(readHolderFlags(annotations), { maxUnavailable: MAX, zones, singleZone: true });
  });

  it('are not written by default, and those of the last holder are removed', () => {
    const plain = { maxUnavailable: MAX, singleZone: false };
    assert.equal(noteHolderFlags(plain, undefined)[FLAGS], null);
    assert.deepEqual(readHolderFlags(written(plain, undefined)), {
      maxUnavailable: MAX,
      zones: undefined,
      singleZone: false,
    });
  });

  it('count as not given where they cannot be read', () => {
    for (const text of ['', '{', '{"source":"moon","key":"zone"}', '{"source":"pod-label"}']) {
      assert.equal(readHolderFlags({ [FLAGS]: text }).zones, undefined, text);
    }
  });
});
