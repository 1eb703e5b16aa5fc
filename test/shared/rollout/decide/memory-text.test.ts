import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import {
  decodeMemory,
  encodeMemory,
  MOST_MEMORY_CHARACTERS,
} from '../../../../shared/rollout/decide/memory-text.ts';
import type { RolloutMemory } from '../../../../shared/rollout/decide/types.ts';

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

  it('of a wave of 5,000 pods with the longest names fits beside the other annotations, and comes back', () => {
    for (const nameOf of [
      (index: number) => `${'ingester-'.repeat(7).slice(0, 57)}-${index}`.padEnd(63, 'x'),
      (_: number) => `${'a'.repeat(46)}-7d9f8c6b54-${randomHex(5)}`,
    ]) {
      const inFlight = Array.from({ length: 5000 }, (_, index) => ({
        name: nameOf(index),
        uid: randomUUID() as string,
        counted: index % 3 > 0,
      }));
      const lastZones = Object.fromEntries(
        inFlight.map(({ name }, index) => [name, `europe-west1-${index % 20 === 0 ? 2 : 1}`]),
      );
      const large = { ...memory, zone: 'europe-west1-1', inFlight, lastZones };
      const text = encodeMemory(large);
      assert.ok(text.length < MOST_MEMORY_CHARACTERS, `${text.length} characters`);
      assert.deepEqual(decodeMemory(text), { ...large, zoneWholeSinceMs: undefined });
      assert.equal(decodeMemory(text.slice(0, -100)), undefined, 'cut off');
    }
  });

  it('is written as earlier releases read it while it is short, and theirs is read however long it is', () => {
    const inFlight = Array.from({ length: 2000 }, (_, index) => [`ingester-${index}`, randomUUID(), true]);
    const { elsewhere, ...rest } = JSON.parse(encodeMemory(memory));
    assert.deepEqual(elsewhere, { 'ingester-6': 'zone-a' });
    const theirs = JSON.stringify({ ...rest, elsewhere: {}, inFlight });
    assert.ok(theirs.length > 100_000);
    assert.equal(decodeMemory(theirs)?.inFlight.length, 2000);
  });

  it('is bounded in what it takes from a text that somebody else has written', () => {
    const written = JSON.parse(encodeMemory(memory));
    const hostile: object[] = [
      { waves: 1e300 },
      { recovered: Number.MAX_SAFE_INTEGER },
      { revision: 'x'.repeat(1000) },
      { zone: 'z'.repeat(1000) },
      { inFlight: [['n'.repeat(1000), 'uid', true]] },
      { killed: [['a', 'b', 'h'.repeat(5000), true]] },
    ];
    for (const part of hostile)
      assert.equal(decodeMemory(JSON.stringify({ ...written, ...part })), undefined);
    const bomb = deflateRawSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64');
    assert.ok(bomb.length < 256 * 1024);
    assert.equal(decodeMemory(bomb), undefined);
    const named = { ...written, zone: undefined, inFlight: [['constructor', 'uid', true]] };
    assert.deepEqual(decodeMemory(JSON.stringify(named))?.lastZones, {}, 'no zone by the name of a method');
  });
});

function randomHex(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}
