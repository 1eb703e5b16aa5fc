import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type RingHistory, rememberStates } from '../../../../../shared/gates/decide/ring/history.ts';
import { judgeRing, type RingInput } from '../../../../../shared/gates/decide/ring/judge.ts';
import { leavingMembers, longUnhealthy } from '../../../../../shared/gates/decide/ring/members.ts';
import type { MemberState, RingMember } from '../../../../../shared/gates/decide/ring/page.ts';
import fc from '../../../../helpers/seed.ts';
import { member, NOW_MS, page, pod } from './pages.ts';

const MINUTE_MS = 60_000;

function judge(members: readonly RingMember[], changes: Partial<RingInput> = {}) {
  const shown = page(...members);
  return judgeRing({
    page: shown,
    pods: members.map(({ id }) => pod(id)),
    forgotten: new Set(),
    ignoreForgotten: false,
    history: rememberStates(new Map(), shown),
    ...changes,
  });
}

const unhealthy = (id: string, forMs = 2 * MINUTE_MS) =>
  member(id, { state: 'UNHEALTHY', lastHeartbeatMs: NOW_MS - forMs });

describe('the verdict on a ring', () => {
  it('opens while every member is ACTIVE', () => {
    assert.deepEqual(judge([member('i-0'), member('i-1')]), {
      kind: 'open',
      reason: '2 of 2 members are ACTIVE',
    });
  });

  it('closes with one that is not, and names it, its zone and since when', () => {
    const cases: [RingMember, string][] = [
      [member('i-1', { state: 'LEAVING' }), 'i-1 (zone-a) is LEAVING, first seen at 2026-01-01T12:00:00Z'],
      [member('i-1', { state: 'PENDING', zone: '' }), 'i-1 is PENDING, first seen at 2026-01-01T12:00:00Z'],
      [member('i-1', { state: 'JOINING' }), 'i-1 (zone-a) is JOINING, first seen at 2026-01-01T12:00:00Z'],
      [unhealthy('i-1'), 'i-1 (zone-a) is unhealthy, last heartbeat 2026-01-01T11:58:00Z'],
      [
        member('i-1', { state: 'UNHEALTHY', lastHeartbeatMs: undefined }),
        'i-1 (zone-a) is unhealthy, last heartbeat never',
      ],
      [
        member('i-1', { state: 'other' }),
        'i-1 (zone-a) is in an unknown state, first seen at 2026-01-01T12:00:00Z',
      ],
    ];
    for (const [one, reason] of cases) {
      assert.deepEqual(judge([member('i-0'), one]), { kind: 'closed', reason });
    }
  });

  it('names three of many', () => {
    const members = ['a', 'b', 'c', 'd', 'e'].map((id) => member(id, { state: 'LEAVING', zone: '' }));
    const { reason } = judge(members, { history: new Map() });
    assert.equal(reason, 'a is LEAVING, b is LEAVING, c is LEAVING and 2 more');
  });

  it('counts members of other workloads, which share the tokens', () => {
    const verdict = judge([member('i-0'), member('other-0', { state: 'LEAVING' })], { pods: [pod('i-0')] });
    assert.equal(verdict.kind, 'closed');
  });

  it('takes no notice of those that have left', () => {
    assert.deepEqual(judge([member('i-0'), member('gone', { state: 'LEFT' })]), {
      kind: 'open',
      reason: '1 of 1 members are ACTIVE',
    });
  });

  it('is open exactly when all that are there are ACTIVE', () => {
    const states = fc.constantFrom<MemberState>(
      ...(['ACTIVE', 'LEAVING', 'PENDING', 'JOINING', 'LEFT', 'UNHEALTHY', 'other'] as const),
    );
    fc.assert(
      fc.property(fc.array(states, { minLength: 1 }), (all) => {
        const { kind } = judge(all.map((state, index) => member(`i-${index}`, { state })));
        const there = all.filter((state) => state !== 'LEFT');
        const expected =
          there.length === 0 ? 'foreign' : there.every((state) => state === 'ACTIVE') ? 'open' : 'closed';
        assert.equal(kind, expected);
      }),
    );
  });

  it('is not given for a ring that says nothing about the workload', () => {
    assert.deepEqual(judge([]), { kind: 'foreign', reason: 'the ring has no members' });
    assert.deepEqual(judge([member('compactor-0')], { pods: [pod('i-0')] }), {
      kind: 'foreign',
      reason: 'none of its 1 members, such as compactor-0, is a pod of the workload',
    });
    assert.equal(judge([member('i-0')], { pods: [] }).kind, 'open');
  });
});

describe('forgotten members', () => {
  const old = unhealthy('i-old', 60 * MINUTE_MS);

  it('hold, are told apart, and what would mend it is said', () => {
    const { kind, reason } = judge([member('i-0'), old], { forgotten: new Set(['i-old']) });
    assert.equal(kind, 'closed');
    assert.match(
      reason,
      /^i-old \(zone-a\) is forgotten: unhealthy, without a pod of its name, last heartbeat 2026-01-01T11:00:00Z; forget it on the ring page/,
    );
    assert.match(reason, /--ring-ignore-forgotten continues/);
  });

  it('come after those that hold anyhow, without advice that would not help', () => {
    const members = [old, member('i-0', { state: 'LEAVING' })];
    const { reason } = judge(members, { forgotten: new Set(['i-old']) });
    assert.match(reason, /^i-0 .* is LEAVING.*, i-old .* is forgotten.*T11:00:00Z$/);
  });

  it('do not hold when the operator says so, but are not hidden', () => {
    const given = { forgotten: new Set(['i-old']), ignoreForgotten: true };
    const { kind, reason } = judge([member('i-0'), old], given);
    assert.equal(kind, 'open');
    assert.match(reason, /^1 of 2 members are ACTIVE; ignored: i-old /);
    assert.equal(judge([member('i-0'), old, unhealthy('i-1')], given).kind, 'closed');
  });

  it('are unhealthy for longer than the limit and no pod of the workload', () => {
    const members = [
      old,
      unhealthy('i-0', 60 * MINUTE_MS),
      unhealthy('i-9', 10 * MINUTE_MS),
      member('i-8', { state: 'UNHEALTHY', lastHeartbeatMs: undefined }),
      member('i-7', { lastHeartbeatMs: 0 }),
    ];
    const found = longUnhealthy(page(...members), [pod('i-0')], 10 * MINUTE_MS);
    assert.deepEqual(
      found.map(({ id }) => id),
      ['i-old'],
    );
  });
});

describe('pods that the rollout replaces before anything else', () => {
  const broken = { stale: true, readySinceMs: undefined };

  it('do not hold, so that a bad revision can be left', () => {
    for (const state of ['UNHEALTHY', 'JOINING', 'PENDING'] as const) {
      const members = [member('i-0'), member('i-1', { state })];
      assert.equal(judge(members, { pods: [pod('i-0'), pod('i-1', broken)] }).kind, 'open', state);
    }
  });

  it('are stale, unready, wanted and not on their way out', () => {
    const others = [{ stale: false }, { readySinceMs: NOW_MS }, { terminating: true }, { surplus: true }];
    for (const other of others) {
      const pods = [pod('i-0'), pod('i-1', { ...broken, ...other })];
      const verdict = judge([member('i-0'), unhealthy('i-1')], { pods });
      assert.equal(verdict.kind, 'closed', JSON.stringify(other));
    }
  });
});

describe('what is remembered of a ring', () => {
  it('is since when a member has been seen in its state', () => {
    const leaving = member('i-1', { state: 'LEAVING' });
    let history: RingHistory = rememberStates(new Map(), page(member('i-0'), leaving));
    history = rememberStates(history, { ...page(leaving), nowMs: NOW_MS + 5_000 });
    assert.deepEqual([...history], [['i-1', { state: 'LEAVING', sinceMs: NOW_MS }]]);
    history = rememberStates(history, { ...page(member('i-1')), nowMs: NOW_MS + 9_000 });
    assert.deepEqual([...history], [['i-1', { state: 'ACTIVE', sinceMs: NOW_MS + 9_000 }]]);
  });
});

describe('the members that leave', () => {
  it('are those that are LEAVING, and no others', () => {
    const members = [
      member('i-0'),
      member('i-1', { state: 'LEAVING' }),
      unhealthy('i-2'),
      member('i-3', { state: 'JOINING' }),
      member('i-4', { state: 'LEFT' }),
      member('i-5', { state: 'LEAVING' }),
    ];
    assert.deepEqual(leavingMembers(page(...members)), ['i-1', 'i-5']);
  });
});
