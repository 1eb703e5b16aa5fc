import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputStream } from '../../../../plugin/cli/context.ts';
import { plainReporter } from '../../../../plugin/views/narration/plain.ts';
import { rolloutNarrator } from '../../../../plugin/views/rollout/narration/narrate.ts';
import { manualClock } from '../fixtures/clock.ts';
import { scriptedRollout } from '../fixtures/script.ts';
import { written } from '../fixtures/sink.ts';
import { event } from '../fixtures/snapshots.ts';

const plain =
  (colour = false) =>
  (stdout: OutputStream) =>
    plainReporter(rolloutNarrator, { stdout, colour, clock: manualClock() });

test('a whole rollout of 36 pods, one of them hanging', async () => {
  const events = scriptedRollout({ podsPerZone: 12, maxUnavailable: 4, hanging: ['ingester-20'] });
  assert.equal(
    await written(plain(), events),
    `       0s  StatefulSet prod/ingester: 36 of 36 pods to replace with revision 7b9f5d8c4d
       0s  replaces revision 5c8d7f9b6c (36 pods); ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0
       0s  wave 1 in zone-a: ingester-35
      17s  zone-a: ingester-35 back in 17s
      17s  wave 2 in zone-a: ingester-34, ingester-33
      33s  zone-a: 2 of 2 back, slowest ingester-34 in 16s
      33s  wave 3 in zone-a: ingester-32, ingester-31 and 2 more
      59s  zone-a: 4 of 4 back, slowest ingester-29 in 26s
      59s  wave 4 in zone-a: ingester-28, ingester-27 and 2 more
   1m 24s  zone-a: 4 of 4 back, slowest ingester-28 in 25s
   1m 24s  wave 5 in zone-a: ingester-24
   1m 45s  zone-a: ingester-24 back in 21s
   1m 45s  zone-a finished: 12 pods in 1m 45s
   1m 45s  wave 6 in zone-b: ingester-23, ingester-22 and 2 more
   1m 51s  zone-b: ingester-20 down: ImagePullBackOff
   3m 45s  zone-b: 4 of 4 back, slowest ingester-20 in 2m 00s
   3m 45s  wave 7 in zone-b: ingester-19, ingester-18 and 2 more
   4m 01s  zone-b: 4 of 4 back, slowest ingester-19 in 16s
   4m 01s  wave 8 in zone-b: ingester-15, ingester-14 and 2 more
   4m 27s  zone-b: 4 of 4 back, slowest ingester-14 in 26s
   4m 27s  zone-b finished: 12 pods in 2m 42s
   4m 27s  wave 9 in zone-c: ingester-11, ingester-10 and 2 more
   4m 50s  zone-c: 4 of 4 back, slowest ingester-11 in 23s
   4m 50s  wave 10 in zone-c: ingester-7, ingester-6 and 2 more
   5m 09s  zone-c: 4 of 4 back, slowest ingester-7 in 19s
   5m 09s  wave 11 in zone-c: ingester-3, ingester-2 and 2 more
   5m 24s  zone-c: 4 of 4 back, slowest ingester-3 in 15s
   5m 24s  zone-c finished: 12 pods in 57s
   5m 24s  done: all 36 pods are on the update revision and available

  time taken:                     5m 24s
  waves:                          11
  pods replaced:                  36
  most pods down at once:         4
  most pods terminating at once:  4
  most zones down at once:        1
  one pod at a time:              about 12m 40s (2.3x)
`,
  );
});

test('a rollout of 300 pods is not reported pod by pod', async () => {
  const text = await written(plain(), scriptedRollout({ podsPerZone: 100, maxUnavailable: 25 }));
  const lines = text.split('\n');
  assert.ok(lines.length < 60, `${lines.length} lines`);
  assert.ok(lines.every((line) => line.length < 120));
});

test('escapes are written only when colour is asked for', async () => {
  const events = [
    event(0, { type: 'notice', message: 'message with \u001b[2Jescapes\nand lines' }),
    event(61_000, { type: 'connection-lost', reason: 'connection reset' }),
  ];
  assert.equal(
    await written(plain(), events),
    '       0s  note: message with escapes and lines\n   1m 01s  connection lost: connection reset\n',
  );
  assert.ok(
    (await written(plain(true), events)).endsWith(
      '1m 01s  \u001b[33mconnection lost: connection reset\u001b[39m\n',
    ),
  );
});
