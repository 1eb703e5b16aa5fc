import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { emptyDrainMemory } from '../../../plugin/drain/decide/memory.ts';
import type { DrainPod } from '../../../plugin/drain/decide/types.ts';
import { Progress } from '../../../plugin/drain/progress.ts';
import { drainPod, observationOf } from './builders.ts';

const MEMORY = { ...emptyDrainMemory(), begun: true, zone: 'zone-a', batch: ['node-1', 'node-2'] };
const nodes = ['node-1', 'node-2'].map((name) => ({ name, zone: 'zone-a', cordoned: true }));
const pods = [0, 1].map((ordinal) =>
  drainPod({ name: `ingester-${ordinal}`, node: 'node-1', zone: 'zone-a' }),
);

/** The wall clock is ahead of the monotonic one. */
const AHEAD_MS = 1_000_000;
const at = (monotonicMs: number) => ({ wallMs: monotonicMs + AHEAD_MS, monotonicMs });

describe('the progress of a drain', () => {
  let progress: Progress;

  beforeEach(() => {
    progress = new Progress(1_000);
  });
  const look = (left: readonly DrainPod[], nowMs: number, zonesDown = 0) =>
    progress.look({ observation: observationOf({ nodes, pods: left }), zonesDown }, MEMORY, at(nowMs));
  const evict = (pod: DrainPod | undefined, nowMs: number) => pod && progress.podEvicted(pod, at(nowMs));

  it('tells when a pod is gone and its node is empty', () => {
    assert.deepEqual(look(pods, 2_000), [
      { atMs: AHEAD_MS + 2_000, type: 'node-drained', node: 'node-2', zone: 'zone-a', pods: 0, tookMs: 0 },
    ]);
    for (const pod of pods) evict(pod, 2_500);
    assert.deepEqual(look(pods.slice(1), 4_000), [
      { atMs: AHEAD_MS + 4_000, type: 'pod-gone', pod: 'cortex/ingester-0', node: 'node-1', tookMs: 1_500 },
    ]);
    assert.deepEqual(look([], 5_000), [
      { atMs: AHEAD_MS + 5_000, type: 'pod-gone', pod: 'cortex/ingester-1', node: 'node-1', tookMs: 2_500 },
      {
        atMs: AHEAD_MS + 5_000,
        type: 'node-drained',
        node: 'node-1',
        zone: 'zone-a',
        pods: 2,
        tookMs: 3_000,
      },
    ]);
    assert.deepEqual(look([], 6_000), []);
    assert.deepEqual([...progress.podsSeen], [['node-1', 2]]);
  });

  it('does not call a node drained that somebody has uncordoned', () => {
    const open = nodes.map((node) => ({ ...node, cordoned: false }));
    assert.deepEqual(
      progress.look({ observation: observationOf({ nodes: open }), zonesDown: 0 }, MEMORY, at(2_000)),
      [],
    );
  });

  it('sums a zone up when the next one begins', () => {
    assert.deepEqual(progress.zoneBegan('zone-a', at(2_000)), []);
    look(pods, 2_000);
    look([], 3_000);
    assert.deepEqual(progress.zoneBegan('zone-b', at(4_500)), [
      { atMs: AHEAD_MS + 4_500, type: 'zone-finished', zone: 'zone-a', nodes: 2, pods: 2, tookMs: 2_500 },
    ]);
    assert.deepEqual(progress.zoneFinished(at(5_000)), [
      { atMs: AHEAD_MS + 5_000, type: 'zone-finished', zone: 'zone-b', nodes: 0, pods: 0, tookMs: 500 },
    ]);
    assert.deepEqual(progress.zoneFinished(at(5_000)), []);
  });

  it('measures how long something took by the monotonic clock', () => {
    progress.zoneBegan('zone-a', { wallMs: 9_000_000, monotonicMs: 2_000 });
    const [finished] = progress.zoneFinished({ wallMs: 1_000, monotonicMs: 3_500 });
    assert.deepEqual(finished, {
      atMs: 1_000,
      type: 'zone-finished',
      zone: 'zone-a',
      nodes: 0,
      pods: 0,
      tookMs: 1_500,
    });
  });

  it('keeps the figures', () => {
    look(pods, 2_000, 1);
    evict(pods[0], 2_000);
    progress.podRefused();
    look([], 3_000, 2);
    look([], 3_000, 0);
    assert.deepEqual(progress.summary(at(9_000), ['node-1']), {
      tookMs: 8_000,
      nodesDrained: 2,
      podsEvicted: 1,
      requestsRefused: 1,
      zonesDownTogether: 2,
      cordoned: ['node-1'],
    });
  });
});
