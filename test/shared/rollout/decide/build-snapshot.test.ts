import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPod, readStatefulSet } from '../../../../shared/kube/objects.ts';
import { buildSnapshot, type SnapshotInput } from '../../../../shared/rollout/decide/build-snapshot.ts';
import { emptyMemory } from '../../../../shared/rollout/decide/memory.ts';
import { statefulSetWorkload } from '../../../../shared/rollout/decide/workload.ts';
import { DOWN, NOW_MS, OPTIONS, observation, sixPods, updated } from './builders.ts';

const workload = statefulSetWorkload(
  readStatefulSet({
    metadata: { name: 'ingester', namespace: 'prod', uid: 'set' },
    spec: {
      replicas: 6,
      selector: {},
      template: { spec: { containers: [{ name: 'main', image: 'app:v2' }] } },
    },
    status: { updateRevision: 'rev-2' },
  }),
);

const rawPod = (name: string, revision: string, image: string, owner = 'set') =>
  readPod({
    metadata: {
      name,
      labels: { 'controller-revision-hash': revision },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'ingester', uid: owner, controller: true },
      ],
    },
    spec: { containers: [{ name: 'main', image }] },
    status: {},
  });

function snapshot(change: Partial<SnapshotInput> = {}) {
  return buildSnapshot({
    workload,
    pods: [],
    observation: observation(sixPods()),
    options: OPTIONS,
    memory: emptyMemory('rev-2'),
    orders: { paused: undefined, maxUnavailableBy: undefined, undone: undefined },
    wave: undefined,
    status: { kind: 'waiting', reason: '', fix: undefined },
    startedAtMs: NOW_MS - 1000,
    serverNowMs: NOW_MS,
    nowMs: NOW_MS,
    remainingMs: undefined,
    ...change,
  });
}

describe('the snapshot that views draw', () => {
  it('has the limit in force, resolved and capped, and what operators have asked for', () => {
    const percent = { ...OPTIONS, maxUnavailable: { kind: 'percent', percent: 50 } as const };
    // Half of the six pods are three, but no zone has more than two.
    assert.equal(snapshot({ options: percent }).maxUnavailablePods, 2);
    const ordered = { ...observation(sixPods()), orderedReady: true };
    assert.equal(snapshot({ options: percent, observation: ordered }).maxUnavailablePods, 1);
    const paused = { by: 'ann@laptop', at: '', reason: 'slow' };
    assert.equal(
      snapshot({ orders: { paused, maxUnavailableBy: undefined, undone: undefined } }).paused,
      paused,
    );
  });

  it('has a row for each zone in the order they are taken, the highest ordinal first', () => {
    const { zones } = snapshot({ options: { ...OPTIONS, zoneOrder: ['zone-c'] } });
    assert.deepEqual(
      zones.map(({ zone, cells }) => [zone, cells.map(({ name }) => name)]),
      [
        ['zone-c', ['ingester-5', 'ingester-2']],
        ['zone-a', ['ingester-3', 'ingester-0']],
        ['zone-b', ['ingester-4', 'ingester-1']],
      ],
    );
  });

  it('shows how long a pod has been terminating, and what is left of its grace period', () => {
    const termination = { sinceMs: NOW_MS - 60_000, graceEndsAtMs: NOW_MS + 2_340_000 };
    const pods = sixPods((ordinal) => (ordinal === 3 ? { terminating: true, termination } : {}));
    const { zones } = snapshot({ observation: observation(pods) });
    const [first, second] = zones.flatMap(({ cells }) => cells);
    assert.deepEqual(
      [first?.detail, first?.termination],
      ['terminating', { forMs: 60_000, graceLeftMs: 2_340_000 }],
    );
    assert.ok(second && !('termination' in second));
  });

  it('tells apart what this rollout took, what it brought back, and what fails', () => {
    const pods = sixPods((ordinal) => {
      if (ordinal === 3) return updated(3);
      if (ordinal === 0) return { ...updated(0), readySinceMs: undefined, problem: 'starting' };
      if (ordinal === 4) return { ...updated(4), ...DOWN };
      return {};
    }).filter((pod) => pod.name !== 'ingester-1');
    const inFlight = ['ingester-0', 'ingester-1', 'ingester-4'].map((name) => ({
      name,
      uid: name,
      counted: true,
    }));
    const memory = {
      ...emptyMemory('rev-2'),
      zone: 'zone-a',
      inFlight,
      lastZones: { 'ingester-1': 'zone-b' },
    };
    const {
      zones,
      updated: count,
      down,
      total,
    } = snapshot({
      observation: observation(pods, { replicas: 6, missing: ['ingester-1'] }),
      memory,
    });
    assert.deepEqual(
      zones.flatMap(({ cells }) => cells.map(({ name, state, detail }) => [name, state, detail])),
      [
        ['ingester-3', 'updated', undefined],
        ['ingester-0', 'replacing', 'starting'],
        ['ingester-4', 'unready', 'CrashLoopBackOff'],
        ['ingester-1', 'replacing', 'missing'],
        ['ingester-5', 'stale', undefined],
        ['ingester-2', 'stale', undefined],
      ],
    );
    assert.deepEqual([count, down, total], [1, 3, 6]);
    assert.deepEqual(
      zones.map(({ zone, phase }) => [zone, phase]),
      [
        ['zone-a', 'active'],
        ['zone-b', 'pending'],
        ['zone-c', 'pending'],
      ],
    );
  });

  it('puts pods whose zone nobody knows into a row of their own, last', () => {
    const seen = observation(sixPods().slice(0, 2), { replicas: 3, missing: ['ingester-2'] });
    const { zones } = snapshot({ observation: seen });
    assert.deepEqual(
      zones.map(({ zone }) => zone),
      ['zone-a', 'zone-b', 'unknown zone'],
    );
    assert.equal(zones[2]?.cells[0]?.state, 'unready');
  });

  it('says which revisions and images are replaced, of our own pods only', () => {
    const pods = [
      rawPod('ingester-0', 'rev-1', 'app:v1'),
      rawPod('ingester-1', 'rev-1', 'app:v1'),
      rawPod('ingester-2', 'rev-0', 'app:v0'),
      rawPod('ingester-3', 'rev-2', 'app:v2'),
      rawPod('stranger', 'rev-x', 'app:x', 'another set'),
    ];
    const { oldRevisions, imageChanges, updateRevision } = snapshot({ pods });
    assert.deepEqual(oldRevisions, [
      { revision: 'rev-1', pods: 2 },
      { revision: 'rev-0', pods: 1 },
    ]);
    assert.deepEqual(imageChanges, ['main: app:v0, app:v1 → app:v2']);
    assert.equal(updateRevision, 'rev-2');
  });
});
