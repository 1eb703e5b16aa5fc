import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decodeMemory, encodeMemory } from '../../../shared/rollout/memory-text.ts';
import type { RolloutMemory } from '../../../shared/rollout/types.ts';

const memory: RolloutMemory = {
  revision: 'ingester-abc',
  waves: 3,
  recovered: 5,
  zone: 'zone-b',
  zoneWholeSinceMs: 1000,
  inFlight: [
    { name: 'ingester-4', uid: 'uid-4', counted: true },
    { name: 'ingester-6', uid: 'uid-6', counted: false },
  ],
  lastZones: { 'ingester-4': 'zone-b', 'ingester-5': 'zone-c', 'ingester-6': 'zone-a' },
  killed: [{ name: 'ingester-4', uid: 'uid-0', how: 'was killed', accepted: true }],
};

describe('the memory in the Lease', () => {
  it('comes back, with the zones of the pods in flight; the soak time begins again', () => {
    assert.deepEqual(decodeMemory(encodeMemory(memory)), {
      ...memory,
      zoneWholeSinceMs: undefined,
      lastZones: { 'ingester-4': 'zone-b', 'ingester-6': 'zone-a' },
    });
  });

  it('is not trusted when it is of another format, cut off, or nonsense', () => {
    const text = encodeMemory(memory);
    const others = [
      '',
      'null',
      '[]',
      text.slice(0, -5),
      text.replace('"format":1', '"format":2'),
      text.replace('"waves":3', '"waves":-3'),
      text.replace('"waves":3', '"waves":1.5'),
      text.replace('"uid-4",', ''),
    ];
    for (const other of others) assert.equal(decodeMemory(other), undefined, other);
  });

  it('of a wave of 3,300 pods fits an annotation', () => {
    const inFlight = Array.from({ length: 3300 }, (_, index) => ({
      name: `ingester-zone-${index}`,
      uid: '00000000-0000-0000-0000-000000000000',
      counted: true,
    }));
    const lastZones = Object.fromEntries(inFlight.map(({ name }) => [name, 'eu-west-1a']));
    assert.ok(
      Buffer.byteLength(encodeMemory({ ...memory, zone: 'eu-west-1a', inFlight, lastZones })) <
        256 * 1024 - 8192,
    );
  });
});
