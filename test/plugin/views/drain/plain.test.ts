import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import { drainNarrator } from '../../../../plugin/views/drain/narration/narrate.ts';
import { drainProgress } from '../../../../plugin/views/drain/progress.ts';
import { jsonReporter } from '../../../../plugin/views/narration/json.ts';
import { plainReporter } from '../../../../plugin/views/narration/plain.ts';
import { manualClock } from '../fixtures/clock.ts';
import { drainEvent, hundredNodes, scriptedDrain } from '../fixtures/drain.ts';
import { written } from '../fixtures/sink.ts';
import { STARTED_AT_MS } from '../fixtures/snapshots.ts';

const plain = (stdout: OutputStream) =>
  plainReporter(drainNarrator(undefined), { stdout, colour: false, clock: manualClock() });

test('a whole drain of six nodes', async () => {
  assert.equal(
    await written(plain, scriptedDrain()),
    `       0s  6 nodes to drain, 24 pods to evict: zone-a (3 nodes), zone-b (3 nodes), one after the other
       0s  zone-a begins: 3 nodes with 12 pods to evict; all workloads healthy
       0s  zone-a: cordoned node-zone-a-1, node-zone-a-2, node-zone-a-3
       0s  zone-a: 10 pods of 3 nodes evicted: prod/node-zone-a-1-pod-1, prod/node-zone-a-1-pod-2 and 8 more
       0s  zone-a: eviction of prod/node-zone-a-3-pod-3 refused: prod/node-zone-a-3-pod-3: budget prod/a allows 10
       0s  waiting: 2 pods of zone-a (a, b): budget prod/a allows 10 in zone-a
      20s  node-zone-a-1 drained: 4 pods in 19s
      20s  node-zone-a-2 drained: 4 pods in 19s
      21s  zone-a: 2 pods of 1 node evicted: prod/node-zone-a-3-pod-3, prod/node-zone-a-3-pod-4
      45s  node-zone-a-3 drained: 4 pods in 44s
      45s  waiting: statefulset/a in prod has 3 of 24 pods down: a-1 (missing), before the next zone begins
   1m 29s  zone-a finished: 3 nodes, 12 pods in 1m 29s
   1m 30s  zone-b begins: 3 nodes with 12 pods to evict; all workloads healthy
   1m 30s  zone-b: cordoned node-zone-b-1, node-zone-b-2, node-zone-b-3
   1m 30s  zone-b: 10 pods of 3 nodes evicted: prod/node-zone-b-1-pod-1, prod/node-zone-b-1-pod-2 and 8 more
   1m 30s  zone-b: eviction of prod/node-zone-b-3-pod-3 refused: prod/node-zone-b-3-pod-3: budget prod/a allows 10
   1m 30s  waiting: 2 pods of zone-b (a, b): budget prod/a allows 10 in zone-b
   1m 50s  node-zone-b-1 drained: 4 pods in 19s
   1m 50s  node-zone-b-2 drained: 4 pods in 19s
   1m 51s  zone-b: 2 pods of 1 node evicted: prod/node-zone-b-3-pod-3, prod/node-zone-b-3-pod-4
   2m 15s  node-zone-b-3 drained: 4 pods in 44s
   2m 15s  waiting: statefulset/a in prod has 3 of 24 pods down: a-1 (missing), before the next zone begins
   2m 59s  zone-b finished: 3 nodes, 12 pods in 1m 29s
   3m 00s  done: 6 nodes are drained

  time taken:               3m 00s
  nodes drained:            6
  pods evicted:             24
  evictions refused:        2
  most zones down at once:  1
  nodes left cordoned:      6: node-zone-a-1, node-zone-a-2, node-zone-a-3, node-zone-b-1, node-zone-b-2, node-zone-b-3

kubectl uncordon node-zone-a-1 node-zone-a-2 node-zone-a-3 node-zone-b-1 \\
  node-zone-b-2 node-zone-b-3
`,
  );
});

test('a long silence is broken once a minute, at the time of the events, and never after the end', async () => {
  const clock = manualClock(7_000_000);
  const stdout = new PassThrough({ encoding: 'utf8' });
  const reporter = plainReporter(drainNarrator(undefined), { stdout, colour: false, clock });
  reporter.report(drainEvent(0, { type: 'notice', message: 'hm' }));
  clock.advance(50_000);
  reporter.report(drainEvent(50_000, { type: 'snapshot', snapshot: hundredNodes() }));
  clock.advance(9_999);
  assert.equal(stdout.read(), '       0s  note: hm\n');
  clock.advance(1);
  const progress = '41 of 100 nodes drained, 458 of 986 pods evicted; evicting 7 pods of zone-b';
  assert.equal(stdout.read(), `   1m 00s  ${progress}\n`);
  clock.advance(60_000);
  assert.equal(stdout.read(), `   2m 00s  ${progress}\n`);
  await reporter.close();
  assert.equal(clock.pending(), 0);
});

test('JSON has every event on a line, and progress in place of snapshots', async () => {
  const json = (stdout: OutputStream) => jsonReporter(stdout, drainProgress);
  const snapshot = (afterMs: number, refused: number) =>
    drainEvent(afterMs, { type: 'snapshot', snapshot: hundredNodes({ refused }) });
  const text = await written(json, [
    drainEvent(0, { type: 'node-cordoned', node: 'n1', zone: null }),
    snapshot(1000, 0),
    snapshot(2000, 1),
  ]);
  assert.equal(
    text,
    `{"time":"2026-03-01T09:00:00.000Z","type":"node-cordoned","node":"n1","zone":null}
{"time":"2026-03-01T09:00:01.000Z","type":"progress","nodesDrained":41,"nodes":100,"podsLeft":528,"pods":986}
`,
  );
  const times = (await written(json, scriptedDrain()))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).time);
  assert.equal(times.length, scriptedDrain().length);
  assert.equal(times.at(-1), new Date(STARTED_AT_MS + 180_000).toISOString());
});
