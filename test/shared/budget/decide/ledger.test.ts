import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { admit } from '../../../../shared/budget/decide/admit.ts';
import { syncFailure } from '../../../../shared/budget/decide/condition.ts';
import { failSync, reconcile } from '../../../../shared/budget/decide/reconcile.ts';
import { RESERVATION_LIFETIME_MS } from '../../../../shared/budget/decide/reservations.ts';
import { budget, counting, counts, NOW_MS, observation, podRead, reservation } from './builders.ts';

const LATER_MS = NOW_MS + RESERVATION_LIFETIME_MS;

function request(ordinal: number, change: Parameters<typeof podRead>[1] = {}) {
  return { name: `ingester-${ordinal}`, pod: podRead(ordinal, change), owner: undefined };
}

function answers(admission: ReturnType<typeof admit>): string[] {
  return admission.decisions.map((each) => (each.kind === 'allow' ? each.why : each.code));
}

function reconciled(...args: Parameters<typeof reconcile>) {
  const result = reconcile(...args);
  assert.ok(result.kind !== 'stale', result.kind === 'stale' ? result.reason : '');
  return result;
}

describe('admit', () => {
  it('writes a reservation of exactly the pod that was read', () => {
    const { next } = admit(budget(), [request(0, { resourceVersion: '117' })], {}, NOW_MS);
    assert.deepEqual(next?.reservations, [
      reservation(0, { resourceVersion: '117', timeMs: NOW_MS, revision: 8 }),
    ]);
  });

  it('decides evictions that arrive together as if one came after the other, for one write', () => {
    const admission = admit(
      budget(),
      [0, 1, 3, 2].map((each) => request(each)),
      {},
      NOW_MS,
    );
    assert.deepEqual(answers(admission), ['within-budget', 'other-zone', 'within-budget', 'other-zone']);
    assert.deepEqual(
      admission.next?.reservations.map(({ pod }) => pod),
      ['ingester-0', 'ingester-3'],
    );
  });

  it('writes nothing when nothing available is taken', () => {
    const requests = [request(0, { available: false }), request(1, { terminating: true, available: false })];
    const admission = admit(
      budget(),
      [...requests, { name: 'gone', pod: undefined, owner: undefined }],
      {},
      NOW_MS,
    );
    assert.deepEqual(answers(admission), ['unready', 'terminating', 'gone']);
    assert.equal(admission.next, undefined);
  });

  it('starts the time of a reservation anew when the pod is evicted again, and does not count it twice', () => {
    const before = budget({ reservations: [reservation(0), reservation(3)] });
    const admission = admit(before, [request(0, { resourceVersion: '130' })], {}, NOW_MS);
    assert.deepEqual(answers(admission), ['within-budget']);
    assert.deepEqual(admission.next?.reservations, [
      reservation(3),
      reservation(0, { resourceVersion: '130', timeMs: NOW_MS, revision: 8 }),
    ]);
  });

  it('takes a recreated pod for another one', () => {
    const before = budget({ reservations: [reservation(0), reservation(3)] });
    assert.deepEqual(answers(admit(before, [request(0, { uid: 'new' })], {}, NOW_MS)), ['zone-full']);
    const wide = { ...before, spec: { ...before.spec, maxUnavailable: 3 } };
    const { next } = admit(wide, [request(0, { uid: 'new' })], {}, NOW_MS);
    assert.deepEqual(
      next?.reservations.map(({ uid }) => uid),
      ['uid-0', 'uid-3', 'new'],
    );
  });

  it('refuses a pod that its owner does not ask for, and remembers by which version it does', () => {
    const owner = (expected: boolean) => ({ expected, versions: { statefulsets: '95' } });
    const beyond = admit(budget(), [{ ...request(0), owner: owner(false) }], {}, NOW_MS);
    assert.deepEqual(answers(beyond), ['not-expected']);
    assert.equal(beyond.next, undefined);
    const { next } = admit(budget(), [{ ...request(0), owner: owner(true) }], {}, NOW_MS);
    assert.deepEqual(next?.reservations[0]?.ownerVersions, { statefulsets: '95' });
  });

  it('is tightened by a newer cache of its own, never loosened', () => {
    const down = observation((ordinal) => (ordinal === 1 ? { available: false } : {}));
    assert.deepEqual(answers(admit(budget(), [request(0)], { observation: down }, NOW_MS)), ['other-zone']);
    const whole = observation();
    const counted = budget({ zones: counts({ 'zone-b': 1 }) });
    assert.deepEqual(answers(admit(counted, [request(0)], { observation: whole }, NOW_MS)), ['other-zone']);
  });

  it('ignores a cache of its own that knows less than the counts', () => {
    const old = observation((ordinal) => (ordinal === 1 ? { available: false } : {}), {
      versions: { pods: '99' },
    });
    assert.deepEqual(answers(admit(budget(), [request(0)], { observation: old }, NOW_MS)), ['within-budget']);
  });

  it('does not weigh a pod twice that is reserved in the ledger and down in its own cache', () => {
    const before = budget({ reservations: [reservation(3)] });
    const down = observation((ordinal) => (ordinal === 3 ? 'missing' : {}));
    assert.deepEqual(answers(admit(before, [request(0)], { observation: down }, NOW_MS)), ['within-budget']);
  });
});

describe('admit refuses what cannot be decided', () => {
  const cases = [
    ['no counts', budget({ versions: {}, identity: '' }), 'not-counted'],
    ['counts that settle', budget({ versions: {} }), 'settling'],
    ['counts of another identity', budget({ identity: 'other' }), 'settling'],
    ['a generation that nobody has seen in between', budget({ observedGeneration: 1 }), 'settling'],
    ['a newer protocol', budget({ protocol: 3 }), 'newer-protocol'],
    ['counts of an older spec', budget({ observedGeneration: 2 }), 'not-observed'],
    ['no maxUnavailable', budget({}, { maxUnavailable: null }), 'invalid-budget'],
    ['a maxUnavailable that is no number', budget({}, { maxUnavailable: 'many' }), 'invalid-budget'],
    ['a negative maxUnavailable', budget({}, { maxUnavailable: -1 }), 'invalid-budget'],
    ['an unknown policy', budget({}, { unhealthyPodEvictionPolicy: 'Sometimes' }), 'invalid-budget'],
  ] as const;
  for (const [what, given, code] of cases) {
    it(what, () => {
      const admission = admit(given, [request(0)], {}, NOW_MS);
      assert.deepEqual(answers(admission), [code]);
      assert.equal(admission.next, undefined);
      const [decision] = admission.decisions;
      assert.match(decision?.reason ?? '', /^ingester-0 of zone-a cannot be evicted: .*cortex\/ingesters/);
    });
  }

  it('a budget that could not be counted, until the next count', () => {
    const failed = { ...budget(), status: failSync(budget(), 'no scale of sts/ingester', NOW_MS) };
    assert.deepEqual(answers(admit(failed, [request(0)], {}, NOW_MS)), ['sync-failed']);
    const next = reconciled(failed, observation(), [], counting(NOW_MS)).status;
    assert.equal(syncFailure(next), undefined);
  });

  it('but lets an unready pod go all the same', () => {
    const admission = admit(budget({ versions: {} }), [request(0, { available: false })], {}, NOW_MS);
    assert.deepEqual(answers(admission), ['unready']);
  });
});

describe('reconcile', () => {
  it('drops a reservation and counts the pod in one status', () => {
    const before = budget({ reservations: [reservation(0)] });
    const seen = observation((ordinal) => (ordinal === 0 ? { terminating: true, available: false } : {}));
    const { kind, status } = reconciled(before, seen, [], counting(NOW_MS));
    assert.equal(kind, 'write');
    assert.deepEqual(status.reservations, []);
    assert.deepEqual(status.zones, counts({ 'zone-a': 1 }));
    assert.deepEqual(status.versions, { pods: '120', statefulsets: '90' });
  });

  it('keeps a reservation whose pod is absent from a cache that has not reached it', () => {
    const before = budget({ reservations: [reservation(0, { resourceVersion: '1000' })] });
    const seen = observation((ordinal) => (ordinal === 0 ? 'missing' : {}), {
      versions: { pods: '999', statefulsets: '90' },
    });
    assert.equal(reconciled(before, seen, [], counting(NOW_MS)).status.reservations.length, 1);
    const reached = { ...seen, versions: { pods: '1000', statefulsets: '90' } };
    assert.equal(reconciled(before, reached, [], counting(NOW_MS)).status.reservations.length, 0);
  });

  it('keeps a reservation whose pod is gone while the scale known is older than the one it rests on', () => {
    const before = budget({ reservations: [reservation(0, { ownerVersions: { statefulsets: '95' } })] });
    const gone = observation((ordinal) => (ordinal === 0 ? 'missing' : {}));
    const unexpected = { ...gone, missing: [] };
    assert.equal(reconciled(before, unexpected, [], counting(NOW_MS)).status.reservations.length, 1);
    const reached = { ...gone, versions: { pods: '120', statefulsets: '95' } };
    const { status } = reconciled(before, reached, [], counting(NOW_MS));
    assert.deepEqual([status.reservations, status.zones], [[], counts({ 'zone-a': 1 })]);
  });

  it('counts a reserved pod by its reservation, whether it is ready or not', () => {
    const before = budget({ reservations: [reservation(0)] });
    const seen = observation((ordinal) => (ordinal === 0 ? { available: false } : {}));
    assert.deepEqual(reconciled(before, seen, [], counting(NOW_MS)).status.zones, counts({}));
  });

  it('counts a missing pod where its reservation, its process or an earlier one saw it, else by itself', () => {
    const missing = observation((ordinal) => (ordinal === 0 ? 'missing' : {}));
    const inZoneA = counts({ 'zone-a': 1 });
    const reserved = reconciled(
      budget({ reservations: [reservation(0)] }),
      missing,
      [],
      counting(NOW_MS),
    ).status;
    assert.deepEqual(reserved.zones, inZoneA);
    const remembered = { ...missing, lastZones: new Map([['ingester-0', 'zone-a']]) };
    assert.deepEqual(reconciled(budget(), remembered, [], counting(NOW_MS)).status.zones, inZoneA);
    const restarted = reconciled({ ...budget(), status: reserved }, missing, [], counting(NOW_MS));
    assert.deepEqual(restarted.status.zones, inZoneA);
    const pending = observation((ordinal) => (ordinal === 0 ? { zone: undefined, available: false } : {}), {
      lastZones: new Map([['ingester-0', 'zone-a']]),
    });
    assert.deepEqual(
      reconciled(budget(), pending, [], counting(NOW_MS)).status.zones,
      inZoneA,
      'not scheduled',
    );
    const unknown = reconciled(budget(), missing, [], counting(NOW_MS)).status;
    assert.deepEqual(unknown.zones[0], { zone: '?ingester-0', expected: 1, unavailable: 1 });
  });

  it('does not write from a cache older than the counts, compared as numbers', () => {
    const result = reconcile(
      budget({ versions: { pods: '1000', statefulsets: '90' } }),
      observation(() => ({}), { versions: { pods: '999', statefulsets: '90' } }),
      [],
      counting(NOW_MS),
    );
    assert.equal(result.kind, 'stale');
  });

  it('nor from one that knows an older scale', () => {
    const seen = observation(() => ({}), { versions: { pods: '120', statefulsets: '89' } });
    assert.equal(reconcile(budget(), seen, [], counting(NOW_MS)).kind, 'stale');
  });

  it('writes nothing for versions alone, nor twice', () => {
    const counted = reconciled(budget(), observation(), [], counting(NOW_MS));
    assert.equal(counted.kind, 'write', 'the condition is new');
    const again = reconciled(
      { ...budget(), status: counted.status },
      observation(() => ({}), { versions: { pods: '130', statefulsets: '90' } }),
      [],
      counting(NOW_MS),
    );
    assert.equal(again.kind, 'unchanged');
    const down = observation((ordinal) => (ordinal === 0 ? { available: false } : {}));
    const changed = reconciled({ ...budget(), status: counted.status }, down, [], counting(NOW_MS));
    assert.equal(changed.kind, 'write', 'the counts differ');
  });
});

describe('a reservation that was never carried out', () => {
  const before = budget({ reservations: [reservation(0, { timeMs: NOW_MS })] });
  const expire = (read: Parameters<typeof podRead>[1] | 'gone', startedAtMs: number, cache = '120') =>
    reconciled(
      before,
      observation(() => ({}), { versions: { pods: cache, statefulsets: '90' } }),
      [{ name: 'ingester-0', pod: read === 'gone' ? undefined : podRead(0, read), startedAtMs }],
      counting(LATER_MS),
    );

  it('holds until its time has run out, and says when that is', () => {
    const result = reconciled(before, observation(), [], counting(LATER_MS - 1));
    assert.equal(result.status.reservations.length, 1);
    assert.deepEqual(result.toRead, []);
    assert.equal(result.recheckInMs, 1);
  });

  it('then asks for a consistent read, and holds', () => {
    const result = reconciled(before, observation(), [], counting(LATER_MS));
    assert.equal(result.status.reservations.length, 1);
    assert.deepEqual(
      result.toRead.map(({ pod }) => pod),
      ['ingester-0'],
    );
  });

  it('goes when the same pod stands', () => {
    assert.deepEqual(expire({}, LATER_MS).status.reservations, []);
  });

  it('stays for a read from before, a terminating, a gone or another pod, or a cache behind the read', () => {
    assert.equal(expire({}, LATER_MS - 1).status.reservations.length, 1, 'read too early');
    assert.equal(expire({}, LATER_MS - 1).toRead.length, 1, 'and is asked for again');
    assert.equal(expire({ terminating: true }, LATER_MS).status.reservations.length, 1, 'terminating');
    assert.equal(expire('gone', LATER_MS).status.reservations.length, 1, 'gone');
    assert.equal(expire({ uid: 'new' }, LATER_MS).status.reservations.length, 1, 'another pod');
    assert.equal(expire({ resourceVersion: '121' }, LATER_MS).status.reservations.length, 1, 'cache behind');
  });

  it('is counted as unavailable from then on if it is', () => {
    const seen = observation((ordinal) => (ordinal === 0 ? { available: false } : {}));
    const read = { name: 'ingester-0', pod: podRead(0, { available: false }), startedAtMs: LATER_MS };
    assert.deepEqual(
      reconciled(before, seen, [read], counting(LATER_MS)).status.zones,
      counts({ 'zone-a': 1 }),
    );
  });
});

describe('a status from the AWS controller', () => {
  it('is not trusted before it has been counted, and its disrupted pods become reservations', () => {
    const aws = budget({
      versions: {},
      identity: '',
      protocol: 1,
      unreserved: new Map([['ingester-1', NOW_MS - 5_000]]),
    });
    assert.deepEqual(answers(admit(aws, [request(0)], {}, NOW_MS)), ['not-counted']);
    const settled = counting(NOW_MS, { distrustedSinceMs: NOW_MS - 80_000, listedAtMs: NOW_MS - 1_000 });
    const { status } = reconciled(aws, observation(), [], settled);
    assert.deepEqual(status.reservations, [
      reservation(1, { resourceVersion: '120', timeMs: NOW_MS - 5_000, revision: 8 }),
    ]);
    const counted = { ...aws, status };
    assert.deepEqual(answers(admit(counted, [request(0)], {}, NOW_MS)), ['other-zone']);
  });
});

describe('a budget that settles', () => {
  const fresh = budget({ versions: {}, identity: '', observedGeneration: 0, conditions: [] });
  const at = (nowMs: number) => counting(nowMs, { distrustedSinceMs: NOW_MS, listedAtMs: NOW_MS });

  it('is observed at its generation, and says until when it admits nothing', () => {
    const { status } = reconciled(fresh, observation(), [], at(NOW_MS));
    assert.equal(status.observedGeneration, fresh.metadata.generation);
    assert.deepEqual(status.versions, {});
    const end = new Date(NOW_MS + 75_000).toISOString().replace('.000', '');
    const [decision] = admit({ ...fresh, status }, [request(0)], {}, NOW_MS).decisions;
    assert.ok(decision?.kind === 'deny' && decision.code === 'settling');
    assert.ok(decision.reason.includes(`from about ${end}`), decision.reason);
  });

  it('is not written again while it says the same', () => {
    const { status } = reconciled(fresh, observation(), [], at(NOW_MS));
    const later = reconcile({ ...fresh, status }, observation(), [], at(NOW_MS + 30_000));
    assert.equal(later.kind, 'unchanged');
    const overdue = reconcile({ ...fresh, status }, observation(), [], at(NOW_MS + 80_000));
    assert.equal(overdue.kind, 'unchanged');
  });
});

describe('a status that would be too large', () => {
  it('takes no more reservations, and says so', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => reservation(0, { uid: `other-${index}` }));
    const full = budget({ reservations: many });
    const wide = { ...full, spec: { ...full.spec, maxUnavailable: 10_000 } };
    const [decision] = admit(wide, [request(0)], {}, NOW_MS).decisions;
    assert.ok(decision?.kind === 'deny');
    assert.equal(decision.code, 'ledger-full');
    assert.match(decision.reason, /no room for more than the 3000 pods about to be evicted/);
  });

  it('remembers the zones of as many missing pods as there is room for', () => {
    const missing = Array.from({ length: 20_000 }, (_, index) => `ingester-${index}`);
    const lastZones = new Map(missing.map((name) => [name, 'zone-a']));
    const seen = { ...observation(), pods: [], missing, lastZones, expectedReplicas: missing.length };
    const { status } = reconciled(budget({}), seen, [], counting(NOW_MS));
    assert.ok(JSON.stringify(Object.fromEntries(status.lastZones)).length <= 300_000);
    assert.ok(status.lastZones.size > 10_000);
    assert.equal(status.zones.find(({ zone }) => zone === 'zone-a')?.unavailable, missing.length);
  });
});
