import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRingPage } from '../../../../../shared/gates/decide/ring/page.ts';
import fc from '../../../../helpers/seed.ts';

/** As dskit of 2022 and later writes it. */
const NEW = {
  shards: [
    {
      id: 'ingester-zone-a-0',
      state: 'ACTIVE',
      address: '10.0.0.7:9095',
      timestamp: '2026-01-01T12:00:00Z',
      registered_timestamp: '2025-12-01T12:00:00Z',
      read_only: false,
      read_only_updated_timestamp: '0001-01-01T00:00:00Z',
      zone: 'zone-a',
      tokens: [1, 4_294_967_295],
      versions: { '1': 2 },
    },
    {
      id: 'ingester-zone-b-0',
      state: 'UNHEALTHY',
      timestamp: '2026-01-01T11:00:00Z',
      zone: '',
      tokens: null,
    },
  ],
  now: '2026-01-01T12:00:03.123456789Z',
};

/** As Cortex 1.x and the first dskit wrote it. */
const OLD = {
  shards: [
    {
      id: 'ingester-0',
      state: 'Unhealthy',
      address: '10.0.0.7:9095',
      timestamp: '2026-01-01 13:00:00 +0100 CET',
      zone: '',
      tokens: [],
    },
  ],
  now: '2026-01-01T13:00:03.5+01:00',
};

describe('the ring page', () => {
  it('is read as newer versions write it', () => {
    assert.deepEqual(parseRingPage(NEW), {
      members: [
        {
          id: 'ingester-zone-a-0',
          state: 'ACTIVE',
          zone: 'zone-a',
          lastHeartbeatMs: Date.UTC(2026, 0, 1, 12),
        },
        {
          id: 'ingester-zone-b-0',
          state: 'UNHEALTHY',
          zone: '',
          lastHeartbeatMs: Date.UTC(2026, 0, 1, 11),
        },
      ],
      nowMs: Date.UTC(2026, 0, 1, 12, 0, 3, 123),
    });
  });

  it('is read as older versions wrote it', () => {
    assert.deepEqual(parseRingPage(OLD), {
      members: [
        { id: 'ingester-0', state: 'UNHEALTHY', zone: '', lastHeartbeatMs: Date.UTC(2026, 0, 1, 12) },
      ],
      nowMs: Date.UTC(2026, 0, 1, 12, 0, 3, 500),
    });
  });

  it('may be empty, which Go writes in two ways', () => {
    for (const shards of [[], null]) {
      assert.deepEqual(parseRingPage({ shards, now: NEW.now })?.members, []);
    }
  });

  it('knows the states of dskit and no other', () => {
    const states = ['ACTIVE', 'LEAVING', 'PENDING', 'JOINING', 'LEFT', 'Unhealthy', 'SLEEPING', ''];
    const shards = states.map((state) => ({ id: 'a', state, timestamp: '', zone: '' }));
    assert.deepEqual(
      parseRingPage({ shards, now: NEW.now })?.members.map(({ state }) => state),
      ['ACTIVE', 'LEAVING', 'PENDING', 'JOINING', 'LEFT', 'UNHEALTHY', 'other', 'other'],
    );
  });

  it('has no heartbeat of a member that never sent one, or whose time cannot be read', () => {
    for (const timestamp of ['1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '', 'soon', 17, undefined]) {
      const shards = [{ id: 'a', state: 'PENDING', timestamp, zone: '' }];
      const [only] = parseRingPage({ shards, now: NEW.now })?.members ?? [];
      assert.ok(only && only.lastHeartbeatMs === undefined, String(timestamp));
    }
  });

  it('bears members without zone, as Cortex 1.0 had them', () => {
    const shards = [{ id: 'a', state: 'ACTIVE', timestamp: '' }];
    assert.equal(parseRingPage({ shards, now: NEW.now })?.members[0]?.zone, '');
  });

  it('is nothing else, whatever comes', () => {
    const others: unknown[] = [
      '<html></html>',
      undefined,
      { partitions: [{ id: 1, state: 'PartitionActive' }] },
      { shards: [{ id: 'a' }], now: NEW.now },
      { shards: [] },
      { shards: [], now: 'noon' },
      { shards: 3, now: NEW.now },
    ];
    for (const other of others) assert.equal(parseRingPage(other), undefined, JSON.stringify(other));
    fc.assert(fc.property(fc.jsonValue(), (value) => parseRingPage(value) === undefined));
  });
});
