import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placePods, type UnplacedPod } from '../../../../shared/rollout/decide/deployment-places.ts';

type Change = Partial<UnplacedPod>;

function pod(name: string, change: Change = {}): UnplacedPod {
  return {
    ...{ name, uid: `uid-${name}`, node: 'n', zone: 'zone-a', createdMs: 0 },
    ...{ stale: true, terminating: false, readySinceMs: 0, problem: undefined },
    ...change,
  };
}

const NEW: Change = { stale: false, createdMs: 9_000 };
const STARTING: Change = { ...NEW, readySinceMs: undefined, zone: undefined, node: undefined };
const LEAVING: Change = { terminating: true };

/** What is told of three replicas of which the wave has taken `x`. */
function told(pods: readonly UnplacedPod[], { taken = ['x'], known = ['x', 'y', 'z'], replicas = 3 } = {}) {
  const inFlight = taken.map((name) => ({ name, uid: `uid-${name}`, counted: true }));
  const lastZones = Object.fromEntries(known.map((name) => [name, 'zone-a']));
  const isAvailable = (each: UnplacedPod) => each.readySinceMs !== undefined;
  const places = placePods(replicas, pods, { inFlight, lastZones }, isAvailable);
  return [
    ...places.pods.map(({ name, uid, zone }) => `${name}=${uid.slice(4)}${zone === undefined ? '?' : ''}`),
    ...places.missing.map((name) => `${name} missing`),
  ].sort();
}

describe('the places of a Deployment', () => {
  it('are its pods while nothing has gone', () => {
    assert.deepEqual(told([pod('x'), pod('y'), pod('z')]), ['x=x', 'y=y', 'z=z']);
  });

  it('a terminating pod stands for its place alone, whatever has become of its successor', () => {
    const leaving = [pod('x', LEAVING), pod('y'), pod('z')];
    assert.deepEqual(told(leaving), ['x=x', 'y=y', 'z=z']);
    assert.deepEqual(told([...leaving, pod('n', STARTING)]), ['x=x', 'y=y', 'z=z']);
    assert.deepEqual(told([...leaving, pod('n', NEW)]), ['x=x', 'y=y', 'z=z']);
  });

  it('a place whose pod has gone is missing, then its successor without a zone, then with one', () => {
    const others = [pod('y'), pod('z')];
    assert.deepEqual(told(others), ['x missing', 'y=y', 'z=z']);
    assert.deepEqual(told([...others, pod('n', STARTING)]), ['x=n?', 'y=y', 'z=z']);
    assert.deepEqual(told([...others, pod('n', { ...STARTING, zone: 'zone-b' })]), ['x=n?', 'y=y', 'z=z']);
    assert.deepEqual(told([...others, pod('n', NEW)]), ['x=n', 'y=y', 'z=z']);
  });

  it('a successor of this wave is not one of an earlier wave that has broken down since', () => {
    const broken = pod('z', { stale: false, createdMs: 5_000, readySinceMs: undefined });
    assert.deepEqual(told([pod('y'), broken, pod('n', NEW)]), ['x=n', 'y=y', 'z=z']);
  });

  it('a successor that is late belongs to the pod that is gone longest, or to the one that is still leaving', () => {
    const late = pod('n1', { ...STARTING, createdMs: 8_000 });
    const pods = [pod('z'), pod('y', LEAVING), late, pod('n2', NEW)];
    assert.deepEqual(told(pods, { taken: ['x', 'y'] }), ['x=n2', 'y=y', 'z=z']);
    const after = [pod('z'), pod('y', LEAVING), late, pod('n2', NEW)];
    assert.deepEqual(told(after, { taken: ['y'], known: ['x', 'y', 'z'] }), ['n2=n2', 'y=y', 'z=z']);
  });

  it('pods that somebody else has removed count where they were', () => {
    const pods = [pod('x'), pod('y', LEAVING), pod('z'), pod('y2', { ...STARTING, stale: true })];
    assert.deepEqual(told(pods, { taken: [] }), ['x=x', 'y=y', 'z=z']);
    assert.deepEqual(told([pod('x'), pod('z')], { taken: [] }), ['replica 1 missing', 'x=x', 'z=z']);
  });

  it('more pods than replicas stand for themselves', () => {
    const pods = [pod('x'), pod('y'), pod('z'), pod('n', NEW)];
    assert.deepEqual(told(pods, { taken: [] }), ['n=n', 'x=x', 'y=y', 'z=z']);
  });
});
