import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL_STATE, reduce } from '../../../../plugin/views/rollout/reducer.ts';
import { stateAfter } from '../fixtures/frames.tsx';
import { scriptedRollout } from '../fixtures/script.ts';
import { event, midway } from '../fixtures/snapshots.ts';

test('the last snapshot counts, with the time it came by our clock', () => {
  const snapshot = midway();
  const state = reduce(INITIAL_STATE, {
    type: 'event',
    event: event(0, { type: 'snapshot', snapshot }),
    receivedAtMs: 42,
  });
  assert.deepEqual(state.latest, { snapshot, receivedAtMs: 42 });
  assert.deepEqual(state.workload, snapshot.workload);
});

test('what was replaced is kept when no pod is old any more', () => {
  const state = stateAfter(scriptedRollout({ podsPerZone: 2, maxUnavailable: 1 }));
  assert.deepEqual(state.latest?.snapshot.oldRevisions, []);
  assert.equal(state.origin.oldRevisions[0]?.revision, 'ingester-5c8d7f9b6c');
  assert.equal(state.finished?.outcome, 'done');
});

test('the log keeps the last events only, and neither start nor end', () => {
  const { log } = stateAfter(scriptedRollout({ podsPerZone: 100, maxUnavailable: 5 }));
  assert.equal(log.length, 20);
  assert.equal(log.at(-1)?.text, 'zone-c finished: 100 pods in 6m 55s');
  const { log: first } = stateAfter(scriptedRollout({ podsPerZone: 1, maxUnavailable: 1 }));
  assert.equal(first[0]?.text, 'wave 1 in zone-a: ingester-2');
});

test('leaving is remembered, help opens and closes', () => {
  const actions = [{ type: 'quit' }, { type: 'toggle-help' }] as const;
  const state = stateAfter([], actions);
  assert.deepEqual([state.quitting, state.help], [true, true]);
  assert.equal(reduce(state, { type: 'toggle-help' }).help, false);
});
