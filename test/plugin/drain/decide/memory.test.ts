import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyDrainMemory, rememberDrain } from '../../../../plugin/drain/decide/memory.ts';
import { begun, NOW_MS, node, observation, pod, web, workload } from './builders.ts';

const a1 = node('a1', 'zone-a', true);

describe('what a drain remembers', () => {
  it('excuses the pods that were down at the first look, by zone', () => {
    const broken = observation({
      workloads: [workload({ 'ingester-9': 'zone-a' }), web({ 'web-9': 'zone-a' })],
    });
    const memory = rememberDrain(emptyDrainMemory(), broken, NOW_MS);
    const zones = [{ zone: 'zone-a', down: 1 }];
    assert.deepEqual(memory.excuses, [
      { key: 'ingester', sinceMs: NOW_MS, total: 1, zones },
      { key: 'web', sinceMs: NOW_MS, total: 1, zones },
    ]);
    assert.equal(memory.wholeSinceMs, NOW_MS);
    assert.deepEqual(rememberDrain(memory, broken, NOW_MS + 1), memory);
  });

  it('excuses nothing where a target was cordoned before: an earlier process may have broken it', () => {
    const workloads = [web({ 'web-9': 'zone-a' })];
    const resumed = rememberDrain(emptyDrainMemory(), observation({ nodes: [a1], workloads }), NOW_MS);
    assert.deepEqual(resumed.excuses, []);
    const uncordoned = observation({ nodes: [node('a1', 'zone-a')], workloads });
    const later = rememberDrain({ ...resumed, known: [] }, uncordoned, NOW_MS);
    assert.deepEqual(later.excuses, [], 'the first look counts');
    const options = { ignoreBroken: ['prod/deployment/web'] };
    const told = rememberDrain(emptyDrainMemory(), observation({ nodes: [a1], workloads }), NOW_MS, options);
    assert.equal(told.excuses.length, 1, 'the operator knows');
  });

  it('never excuses what it has seen before, and ends the excuse of what has recovered', () => {
    const at = (down: Record<string, string>) => observation({ workloads: [workload(), web(down)] });
    const sound = rememberDrain(emptyDrainMemory(), at({}), NOW_MS);
    assert.deepEqual(rememberDrain(sound, at({ 'web-9': 'zone-a' }), NOW_MS).excuses, []);
    const excused = rememberDrain(emptyDrainMemory(), at({ 'web-9': 'zone-a' }), NOW_MS);
    const absent = rememberDrain(excused, observation(), NOW_MS);
    assert.equal(absent.excuses.length, 1);
    assert.deepEqual(rememberDrain(absent, at({}), NOW_MS).excuses, []);
    const two = rememberDrain(emptyDrainMemory(), at({ 'web-8': 'zone-a', 'web-9': 'zone-a' }), NOW_MS);
    const one = rememberDrain(two, at({ 'web-9': 'zone-a' }), NOW_MS);
    assert.deepEqual(one.excuses[0]?.zones, [{ zone: 'zone-a', down: 1 }]);
    const again = rememberDrain(one, at({ 'web-8': 'zone-a', 'web-9': 'zone-a' }), NOW_MS);
    assert.deepEqual(again.excuses, one.excuses);
  });

  it('counts the soak from when the last pod was gone and all was whole', () => {
    const memory = begun('zone-a', a1);
    const full = rememberDrain(memory, observation({ nodes: [a1], pods: [pod('ingester-1', a1)] }), NOW_MS);
    assert.deepEqual([full.touched, full.wholeSinceMs], [true, undefined]);
    const empty = rememberDrain(full, observation({ nodes: [a1] }), NOW_MS + 5);
    assert.deepEqual([empty.touched, empty.wholeSinceMs], [true, NOW_MS + 5]);
    assert.equal(rememberDrain(empty, observation({ nodes: [a1] }), NOW_MS + 9).wholeSinceMs, NOW_MS + 5);
    const down = observation({ nodes: [a1], workloads: [workload({ 'ingester-1': 'zone-a' })] });
    assert.equal(rememberDrain(empty, down, NOW_MS + 9).wholeSinceMs, undefined);
  });

  it('takes a node for one of another zone once it is labelled otherwise', () => {
    const moved = node('x1', 'zone-a', true);
    const memory = begun(undefined, moved);
    const seen = observation({ nodes: [moved], pods: [pod('ingester-1', moved)] });
    const { touched, wholeSinceMs } = rememberDrain(memory, seen, NOW_MS);
    assert.deepEqual([touched, wholeSinceMs], [false, NOW_MS]);
  });
});
