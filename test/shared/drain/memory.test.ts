import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emptyDrainMemory, rememberDrain } from '../../../shared/drain/memory.ts';
import { begun, NOW_MS, node, observation, pod, web, workload } from './builders.ts';

const a1 = node('a1', 'zone-a', true);

describe('what a drain remembers', () => {
  it('exempts what was broken at the first look, but nothing that a zone budget guards', () => {
    const broken = observation({
      workloads: [workload({ 'ingester-9': 'zone-a' }), web({ 'web-9': 'zone-a' })],
    });
    const memory = rememberDrain(emptyDrainMemory(), broken, NOW_MS);
    assert.deepEqual(memory.exempt, ['web']);
    assert.equal(memory.wholeSinceMs, undefined);
    assert.deepEqual(rememberDrain(memory, broken, NOW_MS + 1), memory);
  });

  it('exempts nothing where a target was cordoned before: an earlier process may have broken it', () => {
    const workloads = [web({ 'web-9': 'zone-a' })];
    const resumed = rememberDrain(emptyDrainMemory(), observation({ nodes: [a1], workloads }), NOW_MS);
    assert.deepEqual(resumed.exempt, []);
    const uncordoned = observation({ nodes: [node('a1', 'zone-a')], workloads });
    const later = rememberDrain({ ...resumed, known: [] }, uncordoned, NOW_MS);
    assert.deepEqual(later.exempt, [], 'the first look counts');
  });

  it('never exempts what it has seen before, and ends the exemption of what was whole once', () => {
    const at = (down: Record<string, string>) => observation({ workloads: [workload(), web(down)] });
    const sound = rememberDrain(emptyDrainMemory(), at({}), NOW_MS);
    assert.deepEqual(rememberDrain(sound, at({ 'web-9': 'zone-a' }), NOW_MS).exempt, []);
    const exempt = rememberDrain(emptyDrainMemory(), at({ 'web-9': 'zone-a' }), NOW_MS);
    const absent = rememberDrain(exempt, observation(), NOW_MS);
    assert.deepEqual(absent.exempt, ['web']);
    assert.deepEqual(rememberDrain(absent, at({}), NOW_MS).exempt, []);
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
