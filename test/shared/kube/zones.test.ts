import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNode } from '../../../shared/kube/objects.ts';
import {
  disruptedZones,
  isKnownZone,
  tallyZones,
  ZONE_LABEL,
  type ZoneSource,
  zoneKeyOf,
  zoneOfPod,
  zonesOf,
} from '../../../shared/kube/zones.ts';

const LEGACY = 'failure-domain.beta.kubernetes.io/zone';

const nodes = new Map(
  Object.entries({
    new: { [ZONE_LABEL]: 'eu-1a', [LEGACY]: 'old name' },
    old: { [LEGACY]: 'eu-1b' },
    empty: { [ZONE_LABEL]: '', [LEGACY]: '' },
    racked: { rack: 'r7' },
  }).map(([name, labels]) => [name, readNode({ metadata: { name, labels } })]),
);

function zoneAt(node: string | undefined, labels: Record<string, string>, source?: ZoneSource) {
  return zoneOfPod({ node, labels }, zonesOf(nodes, source), source);
}

describe('where a zone comes from', () => {
  it('is the label of the node, under its old name where only that exists', () => {
    assert.equal(zoneAt('new', {}), 'eu-1a');
    assert.equal(zoneAt('old', {}), 'eu-1b');
    assert.equal(zoneAt('empty', {}), undefined);
    assert.equal(zoneAt(undefined, { [ZONE_LABEL]: 'eu-1c' }), undefined, 'not scheduled yet');
    assert.equal(zoneAt('gone', { [ZONE_LABEL]: 'eu-1c' }), 'eu-1c', 'the copy on the pod');
  });

  it('is another label of the node, of which pods have no copy', () => {
    const racks = { kind: 'node-label', key: 'rack' } as const;
    assert.equal(zoneAt('racked', { rack: 'of the pod' }, racks), 'r7');
    assert.equal(zoneAt('gone', { rack: 'of the pod' }, racks), undefined);
    assert.equal(zoneAt('old', {}, { kind: 'node-label', key: 'topology.kubernetes.io/rack' }), undefined);
  });

  it('is a label of the pod, before it has a node and whatever its node says', () => {
    const ring = { kind: 'pod-label', key: 'zone' } as const;
    assert.equal(zoneAt(undefined, { zone: 'zone-a' }, ring), 'zone-a');
    assert.equal(zoneAt('new', { zone: 'zone-a' }, ring), 'zone-a');
    assert.equal(zoneAt('new', { zone: '' }, ring), undefined);
    assert.equal(zoneAt('new', {}, ring), undefined);
    assert.equal(zoneAt('new', {}, { kind: 'pod-label', key: 'constructor' }), undefined);
  });
});

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
