import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import { jsonReporter } from '../../../../plugin/views/narration/json.ts';
import { rolloutProgress } from '../../../../plugin/views/rollout/progress.ts';
import type { PodCell } from '../../../../shared/rollout/decide/snapshot.ts';
import { scriptedRollout } from '../fixtures/script.ts';
import { written } from '../fixtures/sink.ts';
import { event, midway, snapshotOf, zoneRow } from '../fixtures/snapshots.ts';

const json = (stdout: OutputStream) => jsonReporter(stdout, rolloutProgress);
const { workload, updateRevision } = midway();

test('every event is a line with an RFC 3339 time', async () => {
  const text = await written(json, [
    event(0, { type: 'started', workload, updateRevision, stale: 36, total: 36, resumed: false }),
    event(1500, {
      type: 'eviction-refused',
      pod: 'ingester-3',
      zone: 'zone-a',
      reason: 'busy\n',
      retryInMs: undefined,
    }),
  ]);
  assert.equal(
    text,
    `{"time":"2026-03-01T09:00:00.000Z","type":"started","workload":{"kind":"StatefulSet","namespace":"prod","name":"ingester"},"updateRevision":"ingester-7b9f5d8c4d","stale":36,"total":36,"resumed":false}
{"time":"2026-03-01T09:00:01.500Z","type":"eviction-refused","pod":"ingester-3","zone":"zone-a","reason":"busy\\n"}
`,
  );
});

test('snapshots become progress, reported when pods are updated or go down', async () => {
  const text = await written(json, [
    event(1000, { type: 'snapshot', snapshot: midway({ remainingMs: undefined }) }),
    event(2000, { type: 'snapshot', snapshot: midway({ remainingMs: 1 }) }),
    event(3000, { type: 'snapshot', snapshot: midway({ down: 3, remainingMs: 60_000 }) }),
  ]);
  assert.equal(
    text,
    `{"time":"2026-03-01T09:00:01.000Z","type":"progress","updated":16,"total":36,"down":2}
{"time":"2026-03-01T09:00:03.000Z","type":"progress","updated":16,"total":36,"down":3,"remainingMs":60000}
`,
  );
});

test('pods that terminate are reported with their times, again every minute', async () => {
  const looks = [20, 59, 61, 62].map((seconds) => {
    const termination = { forMs: seconds * 1000, graceLeftMs: (2400 - seconds) * 1000 };
    const cell: PodCell = { name: 'ingester-0', state: 'replacing', detail: 'terminating', termination };
    return event(seconds * 1000, { type: 'snapshot', snapshot: snapshotOf([zoneRow('zone-a', [cell])]) });
  });
  const lines = (await written(json, looks)).trim().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).terminating),
    [
      [{ pod: 'ingester-0', zone: 'zone-a', forMs: 20_000, graceLeftMs: 2_380_000 }],
      [{ pod: 'ingester-0', zone: 'zone-a', forMs: 61_000, graceLeftMs: 2_339_000 }],
    ],
  );
});

test('a whole rollout of 300 pods: one object a line, no escapes, every pod back', async () => {
  const events = scriptedRollout({ podsPerZone: 100, maxUnavailable: 25 });
  const text = await written(json, events);
  assert.ok(!text.includes('\u001b'));
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  const ofType = (type: string) => lines.filter((line) => (line as { type: string }).type === type);
  assert.equal(ofType('pod-back').length, 300);
  assert.equal(ofType('snapshot').length, 0);
  assert.deepEqual(ofType('progress').at(-1), {
    time: '2026-03-01T09:06:45.000Z',
    type: 'progress',
    updated: 300,
    total: 300,
    down: 0,
    remainingMs: 0,
  });
});
