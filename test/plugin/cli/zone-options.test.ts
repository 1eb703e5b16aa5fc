import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { zoneSourceFrom } from '../../../plugin/cli/zone-options.ts';

describe('the flags of zones', () => {
  it('name a label of pods or of nodes', () => {
    assert.equal(zoneSourceFrom({}), undefined);
    assert.deepEqual(zoneSourceFrom({ 'zone-label': 'zone' }), { kind: 'pod-label', key: 'zone' });
    assert.deepEqual(zoneSourceFrom({ 'topology-key': 'example.com/rack' }), {
      kind: 'node-label',
      key: 'example.com/rack',
    });
  });

  it('refuses both, and what is no key', () => {
    assert.throws(() => zoneSourceFrom({ 'zone-label': 'a', 'topology-key': 'b' }), /cannot be combined/);
    for (const key of ['', '-zone', 'a/b/c', 'zone=a', `${'a'.repeat(254)}/${'b'.repeat(63)}`]) {
      assert.throws(() => zoneSourceFrom({ 'zone-label': key }), /not the key of a label/, key);
    }
  });
});
