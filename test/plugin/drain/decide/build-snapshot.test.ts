import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  buildDrainSnapshot,
  type DrainSnapshotInput,
} from '../../../../plugin/drain/decide/build-snapshot.ts';
import { emptyDrainMemory } from '../../../../plugin/drain/decide/memory.ts';
import type { DrainDecision } from '../../../../plugin/drain/decide/types.ts';
import { begun, NOW_MS, node, observation, pod, workload } from './builders.ts';

const a1 = node('a1', 'zone-a', true);
const a2 = node('a2', 'zone-a', true);
const b1 = node('b1', 'zone-b');
const nodes = [b1, a2, a1];

function snapshot(change: Partial<DrainSnapshotInput> = {}) {
  return buildDrainSnapshot({
    observation: observation({ nodes }),
    memory: emptyDrainMemory(),
    options: { zoneOrder: [] },
    decision: undefined,
    status: undefined,
    podsAtStart: new Map([
      ['a1', 2],
      ['a2', 3],
    ]),
    refused: 7,
    pace: { finished: [{ pods: 2, tookMs: 8_000 }], currentForMs: 1_000, soakMs: 0 },
    startedAtMs: NOW_MS - 1_000,
    nowMs: NOW_MS,
    ...change,
  });
}

it('estimates the time left, and not while something is stuck', () => {
  const pods = [pod('x', a1), pod('y', b1)];
  const seen = observation({ nodes, pods });
  assert.equal(snapshot({ observation: seen }).remainingMs, 8_000);
  const status = { kind: 'disconnected', reason: 'no answer', fix: undefined } as const;
  assert.equal(snapshot({ observation: seen, status }).remainingMs, undefined);
  const blocked: DrainDecision = {
    kind: 'blocked',
    by: 'unschedulable',
    zone: 'zone-a',
    reason: 'r',
    fix: 'f',
    held: [],
  };
  assert.equal(snapshot({ observation: seen, decision: blocked }).remainingMs, undefined);
});

const wait = (held: Extract<DrainDecision, { kind: 'wait' }>['held']): DrainDecision => ({
  kind: 'wait',
  for: 'budget',
  zone: 'zone-a',
  reason: 'waiting',
  held,
  recheckAtMs: undefined,
});

describe('the snapshot of a drain', () => {
  const pods = [pod('ingester-1', a2), pod('ingester-2', a2, { terminating: true }), pod('ingester-3', b1)];

  it('has zones in order and nodes by name, with what is left on each', () => {
    const seen = snapshot({ observation: observation({ nodes, pods }), memory: begun('zone-a', a1, a2) });
    assert.deepEqual(
      seen.zones.map(({ zone, phase }) => [zone, phase]),
      [
        ['zone-a', 'draining'],
        ['zone-b', 'pending'],
      ],
    );
    assert.deepEqual(
      seen.zones.flatMap((zone) => zone.nodes),
      [
        { name: 'a1', cordoned: true, pods: 2, left: 0, terminating: 0, phase: 'drained' },
        { name: 'a2', cordoned: true, pods: 3, left: 2, terminating: 1, phase: 'draining' },
        { name: 'b1', cordoned: false, pods: 1, left: 1, terminating: 0, phase: 'pending' },
      ],
    );
    assert.deepEqual(
      [seen.nodes, seen.pods],
      [
        { total: 3, drained: 1 },
        { total: 6, left: 3 },
      ],
    );
    assert.equal(seen.refused, 7);
  });

  it('lets a zone recover until the next begins or the drain ends', () => {
    const memory = begun('zone-a', a1, a2);
    assert.equal(snapshot({ memory }).zones[0]?.phase, 'recovering');
    assert.equal(snapshot({ memory, decision: { kind: 'done', reason: '' } }).zones[0]?.phase, 'finished');
    assert.equal(snapshot({ memory: begun('zone-b', b1) }).zones[0]?.phase, 'finished');
  });

  it('groups what is held by reason, and names what is not whole', () => {
    const held = pods.map((each) => ({ pod: each, by: 'refused' as const, reason: each.zone ?? '' }));
    const seen = snapshot({
      decision: wait(held),
      observation: observation({ nodes, pods, workloads: [workload({ 'ingester-9': 'zone-a' })] }),
    });
    assert.deepEqual(seen.held, [
      { reason: 'zone-a', pods: ['prod/ingester-1', 'prod/ingester-2'] },
      { reason: 'zone-b', pods: ['prod/ingester-3'] },
    ]);
    assert.deepEqual(seen.waitingFor, [
      { workload: 'statefulset/ingester', namespace: 'prod', pods: ['ingester-9 (missing)'] },
    ]);
  });

  it('says what is decided, unless something else is going on', () => {
    assert.deepEqual(snapshot({ decision: wait([]) }).status, {
      kind: 'waiting',
      reason: 'waiting',
      fix: undefined,
    });
    const status = { kind: 'stopping', reason: 'interrupted', fix: undefined } as const;
    assert.deepEqual(snapshot({ decision: wait([]), status }).status, status);
  });

  it('names the zone of nodes that have none', () => {
    const seen = snapshot({ observation: observation({ nodes: [node('x1', undefined)] }) });
    assert.deepEqual(
      seen.zones.map(({ zone }) => zone),
      ['no zone label'],
    );
  });
});
