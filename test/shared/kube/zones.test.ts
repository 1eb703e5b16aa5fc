import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { disruptedZones, isKnownZone, tallyZones, zoneKeyOf } from '../../../shared/kube/zones.ts';

describe('counting pods by zone', () => {
  it('counts the pods that are down, sorted by zone', () => {
    const tallies = tallyZones([
      { name: 'p-2', zone: 'zone-b', available: false },
      { name: 'p-0', zone: 'zone-a', available: true },
      { name: 'p-1', zone: 'zone-b', available: true },
    ]);
    assert.deepEqual(tallies, [
      { zone: 'zone-a', total: 1, down: [] },
      { zone: 'zone-b', total: 2, down: ['p-2'] },
    ]);
    assert.deepEqual(disruptedZones(tallies), [{ zone: 'zone-b', total: 2, down: ['p-2'] }]);
  });

  it('gives each pod of unknown zone a zone of its own, which no real zone can be', () => {
    const tallies = tallyZones([
      { name: 'p-0', zone: undefined, available: false },
      { name: 'p-1', zone: undefined, available: false },
      { name: 'p-2', zone: 'p-0', available: false },
    ]);
    assert.equal(disruptedZones(tallies).length, 3);
    assert.equal(isKnownZone(zoneKeyOf({ name: 'p-0', zone: undefined })), false);
    assert.equal(isKnownZone(zoneKeyOf({ name: 'p-0', zone: 'zone-a' })), true);
  });
});
