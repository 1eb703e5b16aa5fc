import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_MEMORY } from '../../../../../plugin/views/rollout/narration/memory.ts';
import { narrate } from '../../../../../plugin/views/rollout/narration/narrate.ts';
import type { PodCell } from '../../../../../shared/rollout/decide/snapshot.ts';
import type { RolloutEvent } from '../../../../../shared/rollout/drive/events.ts';
import { cells, event, snapshotOf, zoneRow } from '../../fixtures/snapshots.ts';

/** The sentences about these events, one after the other. */
function reported(events: readonly RolloutEvent[]): string[] {
  let memory = NO_MEMORY;
  return events.flatMap((each) => {
    const [next, sentences] = narrate(memory, each);
    memory = next;
    return sentences.map(({ text }) => text);
  });
}

const wave = (number: number, pods: readonly string[], zone = 'zone-a') =>
  event(0, { type: 'wave-begun', wave: number, zone, pods, reason: `wave 0 because of ${pods.join()}` });
const back = (pod: string, tookMs = 10_000, zone = 'zone-a') =>
  event(0, { type: 'pod-back', pod, zone, tookMs });
const waiting = (kind: string, reason: string, pods: readonly string[] = []) =>
  event(0, { type: 'waiting', for: kind, reason, pods });
const refused = (pod: string, reason: string, retryInMs?: number) =>
  event(0, { type: 'eviction-refused', pod, zone: 'zone-a', reason, retryInMs });

test('pods back are folded into their wave', () => {
  const events = [
    wave(2, ['a', 'b', 'c', 'd', 'e']),
    ...['a', 'b', 'c', 'd'].map((pod) => back(pod)),
    back('e', 61_000),
  ];
  assert.deepEqual(reported(events), [
    'wave 2 in zone-a: a, b and 3 more',
    'zone-a: 5 of 5 back, slowest e in 1m 01s',
  ]);
});

test('a wave that refills the one under way is not reported, its pods are counted by tens', () => {
  const pods = Array.from({ length: 24 }, (_, index) => `pod-${index}`);
  const stream = pods.flatMap((pod, index) => [wave(index + 2, [`next-${index}`]), back(pod)]);
  assert.deepEqual(reported([wave(1, pods), ...stream]), [
    'wave 1 in zone-a: pod-0, pod-1 and 22 more',
    'zone-a: 10 pods back, 24 down, slowest pod-0 in 10s',
    'zone-a: 20 pods back, 24 down, slowest pod-0 in 10s',
  ]);
});

test('a wave of pods that were down says why, and a pod of no wave is reported alone', () => {
  assert.deepEqual(reported([wave(0, ['a']), back('z')]), ['wave 0 because of a', 'zone-a: z back in 10s']);
});

test('waiting for the wave goes without saying, waiting for other pods is reported once', () => {
  const events = [
    wave(1, ['a', 'b']),
    waiting('availability', 'waiting for zone-a: a (terminating), b (terminating)', ['a', 'b']),
    waiting('availability', 'waiting for zone-b: x (not ready)', ['x']),
    waiting('availability', 'waiting for zone-b: x (missing)', ['x']),
  ];
  assert.deepEqual(reported(events), ['wave 1 in zone-a: a, b', 'waiting for zone-b: x (not ready)']);
});

test('a reason to wait whose figures change is reported once, and again after something else', () => {
  const gate = (load: number) => waiting('gate', `alarm load is closed: ${load} above 80`);
  const note = event(0, { type: 'notice', message: 'hm' });
  assert.deepEqual(reported([gate(91), gate(92.5), note, gate(93)]), [
    'waiting: alarm load is closed: 91 above 80',
    'note: hm',
    'waiting: alarm load is closed: 93 above 80',
  ]);
});

test('refusals are reported once a wave and reason', () => {
  const events = [
    refused('a', 'budget ingester', 5000),
    refused('b', 'budget ingester', 5000),
    refused('b', 'budget other'),
    wave(2, ['c']),
    refused('c', 'budget ingester'),
  ];
  assert.deepEqual(reported(events), [
    'zone-a: eviction of a refused: budget ingester; retrying in 5s',
    'zone-a: eviction of b refused: budget other',
    'wave 2 in zone-a: c',
    'zone-a: eviction of c refused: budget ingester',
  ]);
});

test('blocked names what would change it, once for the same pods', () => {
  const blocked = event(0, {
    type: 'blocked',
    by: 'two-zones',
    reason: 'two zones',
    fix: '--force',
    pods: ['a'],
  });
  assert.deepEqual(reported([blocked, blocked]), ['blocked: two zones; --force']);
});

test('trouble is reported once for each zone and reason, until the zone is well', () => {
  const seen = (row: readonly PodCell[]) =>
    event(0, {
      type: 'snapshot',
      snapshot: snapshotOf([zoneRow('unknown zone', row)], { oldRevisions: [] }),
    });
  const events = [
    seen(cells('~~..', 3)),
    seen(cells('!!..', 3, 'ErrImagePull')),
    seen(cells('!!..', 3, 'ImagePullBackOff')),
    seen(cells('#!..', 3, 'ErrImagePull')),
    seen(cells('##..', 3)),
    seen(cells('##.!', 3, 'ErrImagePull')),
  ];
  assert.deepEqual(reported(events), [
    'unknown zone: ingester-3, ingester-2 down: ErrImagePull',
    'unknown zone: ingester-3, ingester-2 down: ImagePullBackOff',
    'unknown zone: ingester-0 down: ErrImagePull',
  ]);
});

test('a rollout that goes on, a newer revision, and a connection that comes and goes', () => {
  const workload = { kind: 'StatefulSet', namespace: 'prod', name: 'ingester' };
  const events = [
    event(0, { type: 'started', workload, updateRevision: 'ingester-2', stale: 7, total: 9, resumed: true }),
    event(0, { type: 'revision-changed', from: 'ingester-2', to: 'ingester-3' }),
    event(0, { type: 'connection-restored', afterMs: 12_000 }),
    event(0, { type: 'pod-evicted', pod: 'a', zone: 'zone-a' }),
  ];
  assert.deepEqual(reported(events), [
    'StatefulSet prod/ingester: continuing, 7 of 9 pods to replace with revision 2',
    'the update revision changed from 2 to 3',
    'connection restored after 12s',
  ]);
});
