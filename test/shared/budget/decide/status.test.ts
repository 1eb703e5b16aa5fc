import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { coverage, readZoneDisruptionBudget } from '../../../../shared/budget/decide/budget.ts';
import { failSync, reconcile } from '../../../../shared/budget/decide/reconcile.ts';
import { encodeStatus } from '../../../../shared/budget/decide/status.ts';
import type { BudgetStatus } from '../../../../shared/budget/decide/types.ts';
import fc from '../../../helpers/seed.ts';
import { budget, counting, counts, NOW_MS, observation, reservation } from './builders.ts';

/** Names that every object has are names of pods and zones as well. */
const name = fc.oneof(
  fc.constantFrom('ingester-0', 'zone-a', 'constructor', 'toString'),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,9}[a-z0-9]$/),
);
const timeMs = fc.integer({ min: 0, max: 4_000_000_000_000 });
const version = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String);

const statuses: fc.Arbitrary<BudgetStatus> = fc.record({
  protocol: fc.integer({ min: 1, max: 9 }),
  identity: name,
  revision: fc.nat(),
  observedGeneration: fc.nat(),
  expectedReplicas: fc.nat(),
  zones: fc
    .uniqueArray(
      fc.record({ zone: name, expected: fc.nat({ max: 500 }), unavailable: fc.nat({ max: 500 }) }),
      { selector: ({ zone }) => zone },
    )
    .map((zones) =>
      zones
        .map((each) => ({ ...each, expected: Math.max(each.expected, each.unavailable) }))
        .sort((a, b) => (a.zone < b.zone ? -1 : 1)),
    ),
  reservations: fc.uniqueArray(
    fc.record({
      pod: name,
      uid: fc.uuid(),
      resourceVersion: version,
      ownerVersions: fc.constant({ statefulsets: '7' }),
      zone: name,
      timeMs,
      revision: fc.nat(),
    }),
    { selector: ({ pod }) => pod },
  ),
  versions: fc.record({ pods: version, statefulsets: version }, { noNullPrototype: true }),
  lastZones: fc.array(fc.tuple(name, name)).map((entries) => new Map(entries)),
  unreserved: fc.constant(new Map()),
  conditions: fc.constantFrom(
    [],
    [{ type: 'Other', status: 'True', reason: 'X', message: 'kept', lastTransitionTimeMs: NOW_MS }],
  ),
});

function throughJson(status: BudgetStatus): BudgetStatus {
  const { spec } = budget();
  const encoded = JSON.parse(JSON.stringify(encodeStatus(spec, status)));
  return readZoneDisruptionBudget({ metadata: { name: 'b' }, spec: {}, status: encoded }).status;
}

describe('the status on the wire', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(statuses, (status) => assert.deepEqual(throughJson(status), structuredClone(status))),
    );
  });

  it('has the fields that users of the AWS controller know', () => {
    const status = {
      ...budget().status,
      zones: counts({ 'zone-a': 1 }),
      reservations: [reservation(3, { timeMs: NOW_MS + 250 })],
    };
    const { spec } = budget({}, { maxUnavailable: '50%' });
    const encoded = encodeStatus(spec, { ...status, expectedReplicas: 5 });
    assert.deepEqual(encoded.currentHealthy, { 'zone-a': 1, 'zone-b': 2, 'zone-c': 2 });
    assert.deepEqual(encoded.currentUnhealthy, { 'zone-a': 1, 'zone-b': 0, 'zone-c': 0 });
    assert.deepEqual(encoded.desiredHealthy, { 'zone-a': 0, 'zone-b': 0, 'zone-c': 0 });
    assert.deepEqual(encoded.expectedPods, { 'zone-a': 2, 'zone-b': 2, 'zone-c': 2 });
    assert.deepEqual(encoded.disruptionsAllowed, { 'zone-a': 0, 'zone-b': 0, 'zone-c': 0 });
    assert.deepEqual(encoded.disruptedPods, { 'ingester-3': '2026-03-01T12:00:00Z' });
    assert.equal(encoded.observedGeneration, 3);
  });

  it('allows nothing while the pods cannot be counted, and says why', () => {
    const whole = budget();
    assert.deepEqual(encodeStatus(whole.spec, whole.status).disruptionsAllowed, {
      'zone-a': 2,
      'zone-b': 2,
      'zone-c': 2,
    });
    const failed = failSync(whole, 'no scale', NOW_MS);
    const encoded = encodeStatus(whole.spec, failed);
    assert.deepEqual(encoded.disruptionsAllowed, { 'zone-a': 0, 'zone-b': 0, 'zone-c': 0 });
    assert.deepEqual(encoded.conditions, [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'SyncFailed',
        message: 'no scale',
        lastTransitionTime: '2026-03-01T12:00:00Z',
      },
    ]);
  });

  it('says by a condition whether any zone may lose a pod, and since when', () => {
    const first = reconcile(budget(), observation(), [], counting(NOW_MS));
    assert.ok(first.kind === 'write');
    assert.equal(first.status.conditions[0]?.status, 'True');
    const later = { ...budget(), status: first.status };
    const down = observation((ordinal) => (ordinal < 2 ? { available: false } : {}));
    const second = reconcile(later, down, [], counting(NOW_MS + 60_000));
    assert.ok(second.kind === 'write');
    assert.deepEqual(second.status.conditions, [
      {
        type: 'DisruptionAllowed',
        status: 'False',
        reason: 'InsufficientPods',
        message: '',
        lastTransitionTimeMs: NOW_MS + 60_000,
      },
    ]);
  });

  it('is read as the AWS controller left it', () => {
    const { status } = readZoneDisruptionBudget({
      metadata: { name: 'aws', generation: 2 },
      spec: { selector: { matchLabels: { app: 'ingester' } }, maxUnavailable: 2 },
      status: {
        observedGeneration: 2,
        currentHealthy: { 'zone-a': 3, 'zone-b': 2 },
        currentUnhealthy: { 'zone-a': 0, 'zone-b': 1 },
        expectedPods: { 'zone-a': 3, 'zone-b': 3 },
        disruptedPods: { 'ingester-4': '2026-03-01T12:00:00Z' },
        disruptionsAllowed: { 'zone-a': 0, 'zone-b': 1 },
      },
    });
    assert.deepEqual(status.zones, [
      { zone: 'zone-a', expected: 3, unavailable: 0 },
      { zone: 'zone-b', expected: 3, unavailable: 1 },
    ]);
    assert.deepEqual(status.unreserved, new Map([['ingester-4', NOW_MS]]));
    assert.deepEqual(status.versions, {});
    assert.equal(status.expectedReplicas, 6);
  });

  it('may be absent or hold nulls, and is as good as none when it is malformed', () => {
    const read = (status: unknown) => readZoneDisruptionBudget({ metadata: { name: 'b' }, status }).status;
    assert.deepEqual(read(undefined).zones, []);
    assert.deepEqual(read({ currentHealthy: null, reservations: null, disruptedPods: null }).zones, []);
    const none = read(undefined);
    const counted = { identity: 'u', revision: 7, observedVersions: { pods: '7' } };
    for (const malformed of [
      { ...counted, currentUnhealthy: { 'zone-a': -1 } },
      { ...counted, disruptedPods: { 'ingester-0': 'soon' } },
      { ...counted, observedVersions: { pods: '0x10' } },
      { ...counted, expectedReplicas: -1 },
    ]) {
      assert.deepEqual(read(malformed), none);
      // L10: what a newer release has written is not taken for an empty status of this one.
      assert.equal(read({ ...malformed, protocol: 99 }).protocol, 99);
    }
  });
});

describe('coverage', () => {
  const covers = (selector: unknown) =>
    coverage(readZoneDisruptionBudget({ metadata: { name: 'b' }, spec: { selector } }).spec, {
      app: 'ingester',
    });

  it('follows the selector, and covers nothing without one', () => {
    assert.equal(covers({ matchLabels: { app: 'ingester' } }), 'covered');
    assert.equal(covers({ matchLabels: { app: 'querier' } }), 'not-covered');
    assert.equal(covers({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }), 'covered');
    assert.equal(covers({}), 'not-covered');
    assert.equal(covers(undefined), 'not-covered');
  });

  it('is undecidable for an operator that nobody knows', () => {
    assert.equal(covers({ matchExpressions: [{ key: 'app', operator: 'Like' }] }), 'undecidable');
  });
});
