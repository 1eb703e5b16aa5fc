import assert from 'node:assert/strict';
import { test } from 'node:test';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import { drawnLines, frameInput, stateAfter } from '../fixtures/frames.tsx';
import { scriptedRollout } from '../fixtures/script.ts';
import { cells, event, midway, STARTED_AT_MS, snapshotOf, zoneRow } from '../fixtures/snapshots.ts';

const MIDWAY = scriptedRollout({ podsPerZone: 12, maxUnavailable: 4 }).filter(
  ({ atMs }) => atMs <= STARTED_AT_MS + 120_000,
);
const LARGE = scriptedRollout({ podsPerZone: 100, maxUnavailable: 50, hanging: ['ingester-230'] }).filter(
  ({ atMs }) => atMs <= STARTED_AT_MS + 160_000,
);
const BLOCKED = snapshotOf(
  [
    zoneRow('us-east-1a', cells('##########!.', 35)),
    zoneRow('us-east-1b', cells('...!!.......', 23, 'ErrImagePull')),
    zoneRow('us-east-1c', cells('............', 11)),
  ],
  {
    status: {
      kind: 'blocked',
      reason:
        'pods are down in 2 zones: us-east-1a: ingester-25 (CrashLoopBackOff); us-east-1b: ingester-20 (ErrImagePull), ingester-19 (ErrImagePull)',
      fix: 'it continues by itself when at most one zone is disrupted; --replace-unready replaces the 3 unready pods on an old revision',
    },
    nowMs: STARTED_AT_MS + 125_000,
  },
);

test('36 pods on 80 by 24', () => {
  assert.deepEqual(drawnLines(frameInput(stateAfter(MIDWAY))), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━━━━━━──────────────────────────────────  12 of 36 pods new, 33%',
    '1m 51s elapsed, about 3m 42s left, 4 pods down, limit 9 per zone',
    '',
    '✓ zone-a  12/12  ●●●●●●●●●● ●●',
    '▸ zone-b   0/12  ◐◐◐◐○○○○○○ ○○',
    '  zone-c   0/12  ○○○○○○○○○○ ○○',
    '                 ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'wave 6    zone-b, 0 of 4 back, 4 not ready',
    'waiting   for zone-b: ingester-23 (not ready), ingester-22 (not ready),',
    '          ingester-21 (not ready), ingester-20 (not ready)',
    '',
    '     59s  wave 4 in zone-a: ingester-28, ingester-27 and 2 more',
    '  1m 24s  zone-a: 4 of 4 back, slowest ingester-28 in 25s',
    '  1m 24s  wave 5 in zone-a: ingester-24',
    '  1m 45s  zone-a: ingester-24 back in 21s',
    '  1m 45s  zone-a finished: 12 pods in 1m 45s',
    '  1m 45s  wave 6 in zone-b: ingester-23, ingester-22 and 2 more',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('300 pods on 80 by 24', () => {
  assert.deepEqual(drawnLines(frameInput(stateAfter(LARGE))), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━───────────────────────────────────────  71 of 300 pods new, 23%',
    '2m 40s elapsed, about 8m 36s left, 29 pods down, limit 75 per zone',
    '',
    '▸ zone-a  71/100  ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●●',
    '                  ●●●●●●●●●● ●●●◐◐◐◐◐◐✗ ◐●●●●◐◐◐◐◐ ◐◐◐◐◐◐●●●● ◐◐◐◐◐◐◐◐◐◐',
    '  zone-b   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '  zone-c   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'wave 7    zone-a, 8 of 37 back, 28 not ready, 1 ImagePullBackOff',
    'waiting   for zone-a: ingester-236 (not ready), ingester-235 (not ready),',
    '          ingester-234 (not ready), ingester-233 (not ready), ingester-232 (no…',
    'down      zone-a: ingester-230: ImagePullBackOff',
    '',
    '  2m 25s  wave 7 in zone-a: ingester-236, ingester-235 and 35 more',
    '  2m 31s  zone-a: ingester-230 down: ImagePullBackOff',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('300 pods on 120 by 40', () => {
  const input = frameInput(stateAfter(LARGE), { size: { columns: 120, rows: 40 } });
  assert.deepEqual(drawnLines(input), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━───────────────────────────────────────  71 of 300 pods new, 23%',
    '2m 40s elapsed, about 8m 36s left, 29 pods down, limit 75 per zone',
    '',
    '▸ zone-a  71/100  ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●●',
    '                  ●●●●●●●●●● ●●●◐◐◐◐◐◐✗ ◐●●●●◐◐◐◐◐ ◐◐◐◐◐◐●●●● ◐◐◐◐◐◐◐◐◐◐',
    '  zone-b   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '  zone-c   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'wave 7    zone-a, 8 of 37 back, 28 not ready, 1 ImagePullBackOff',
    'waiting   for zone-a: ingester-236 (not ready), ingester-235 (not ready), ingester-234 (not ready), ingester-233 (not',
    '          ready), ingester-232 (not ready) and 24 more',
    'down      zone-a: ingester-230: ImagePullBackOff',
    '',
    '  1m 33s  zone-a: 8 of 8 back, slowest ingester-292 in 19s',
    '  1m 33s  wave 5 in zone-a: ingester-284, ingester-283 and 14 more',
    '  1m 59s  zone-a: 16 of 16 back, slowest ingester-284 in 26s',
    '  1m 59s  wave 6 in zone-a: ingester-268, ingester-267 and 30 more',
    '  2m 25s  zone-a: 32 of 32 back, slowest ingester-254 in 26s',
    '  2m 25s  wave 7 in zone-a: ingester-236, ingester-235 and 35 more',
    '  2m 31s  zone-a: ingester-230 down: ImagePullBackOff',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('300 pods on 60 by 20, several pods a cell', () => {
  const input = frameInput(stateAfter(LARGE), { size: { columns: 60, rows: 20 } });
  assert.deepEqual(drawnLines(input), [
    'StatefulSet prod/ingester  5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━──────────────────────────  71 of 300 pods new, 23%',
    '2m 40s elapsed, about 8m 36s left, 29 pods down, limit 75 …',
    '▸ zone-a  71/100  ●●●●●●●●●● ●●●●●●●●●● ●●●●●●●●●●',
    '                  ●◐◐◐✗◐●◐◐◐ ◐◐◐●●◐◐◐◐◐',
    '  zone-b   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○',
    '  zone-c   0/100  ○○○○○○○○○○ ○○○○○○○○○○ ○○○○○○○○○○',
    '                  ○○○○○○○○○○ ○○○○○○○○○○',
    '     ● new  ◐ being replaced  ○ old  ✗ down  1 cell: 2 pods',
    'wave 7    zone-a, 8 of 37 back, 28 not ready, 1 ImagePullB…',
    'waiting   for zone-a: ingester-236 (not ready),',
    '          ingester-235 (not ready), ingester-234 (not read…',
    'down      zone-a: ingester-230: ImagePullBackOff',
    '  2m 25s  wave 7 in zone-a: ingester-236, ingester-235 and…',
    '  2m 31s  zone-a: ingester-230 down: ImagePullBackOff',
    'q quit (safe)   ? help',
  ]);
});

test('blocked: by what, and what would change it', () => {
  const state = stateAfter([event(0, { type: 'snapshot', snapshot: BLOCKED })]);
  assert.deepEqual(drawnLines(frameInput(state)), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━━━─────────────────────────────────────  10 of 36 pods new, 27%',
    '2m 05s elapsed, 3 pods down, limit 9 per zone',
    '',
    '▸ us-east-1a  10/12  ●●●●●●●●●● ✗○',
    '  us-east-1b   0/12  ○○○✗✗○○○○○ ○○',
    '  us-east-1c   0/12  ○○○○○○○○○○ ○○',
    '                     ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'blocked   pods are down in 2 zones: us-east-1a: ingester-25 (CrashLoopBackOff);',
    '          us-east-1b: ingester-20 (ErrImagePull), ingester-19 (ErrImagePull)',
    'fix       it continues by itself when at most one zone is disrupted;',
    '          --replace-unready replaces the 3 unready pods on an old revision',
    'down      us-east-1a: ingester-25: CrashLoopBackOff',
    'down      us-east-1b: ingester-20, ingester-19: ErrImagePull',
    '',
    '      0s  us-east-1a: ingester-25 down: CrashLoopBackOff',
    '      0s  us-east-1b: ingester-20, ingester-19 down: ErrImagePull',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('leaving, in ASCII, without keys, with a heading', () => {
  const status = {
    kind: 'stopping',
    reason: 'ingester-19 and ingester-18 come back',
    fix: undefined,
  } as const;
  const state = stateAfter(
    [event(0, { type: 'snapshot', snapshot: midway({ status }) })],
    [{ type: 'quit' }],
  );
  const input = frameInput(state, { theme: themeFor({ LANG: 'C' }), keys: false, heading: 'demo' });
  assert.deepEqual(drawnLines(input), [
    'demo  StatefulSet prod/ingester   revision 5c8d7f9b6c -> 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 -> grafana/mimir:2.12.0',
    '',
    '======================----------------------------  16 of 36 pods new, 44%',
    '2m 05s elapsed, about 3m 10s left, 2 pods down, limit 9 per zone',
    '',
    '+ zone-a  12/12  ########## ##',
    '> zone-b   4/12  ####~~.... ..',
    '  zone-c   0/12  .......... ..',
    '                 # new  ~ being replaced  . old  ! down',
    '',
    'wave 6    zone-b, 1 of 3 back, 2 terminating',
    'stopping  ingester-19 and ingester-18 come back',
    '',
    'stopping: no more pods are replaced',
  ]);
});

test('help takes the place of the events', () => {
  const state = stateAfter([event(0, { type: 'snapshot', snapshot: midway() })], [{ type: 'toggle-help' }]);
  assert.deepEqual(drawnLines(frameInput(state)), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━━━━━━━━━━━━────────────────────────────  16 of 36 pods new, 44%',
    '2m 05s elapsed, about 3m 10s left, 2 pods down, limit 9 per zone',
    '',
    '✓ zone-a  12/12  ●●●●●●●●●● ●●',
    '▸ zone-b   4/12  ●●●●◐◐○○○○ ○○',
    '  zone-c   0/12  ○○○○○○○○○○ ○○',
    '                 ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'wave 6    zone-b, 1 of 3 back, 2 terminating',
    'waiting   for zone-b: ingester-19 (terminating), ingester-18 (terminating)',
    '',
    'q, Ctrl-C stop: no more pods are replaced, pods already down still recover; the',
    '          same command continues',
    '?         close this help',
    'wave      the pods replaced together, all in one zone; the next wave may be',
    '          larger',
    'time left estimated from the start-up times seen so far',
    '',
    'q quit (safe)   ? help',
  ]);
});

test('at the end the keys are gone and the times stand still', () => {
  const state = stateAfter(scriptedRollout({ podsPerZone: 3, maxUnavailable: 3 }));
  const input = frameInput(state);
  assert.deepEqual(drawnLines({ ...input, nowMs: input.nowMs + 3_600_000 }), [
    'StatefulSet prod/ingester   revision 5c8d7f9b6c → 7b9f5d8c4d',
    'ingester: grafana/mimir:2.11.0 → grafana/mimir:2.12.0',
    '',
    '━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  9 of 9 pods new, 100%',
    '1m 10s elapsed, 0 pods down',
    '',
    '✓ zone-a  3/3  ●●●',
    '✓ zone-b  3/3  ●●●',
    '✓ zone-c  3/3  ●●●',
    '               ● new  ◐ being replaced  ○ old  ✗ down',
    '',
    'wave 4    zone-c, 3 of 3 back',
    '',
    '     20s  zone-a: ingester-8 back in 20s',
    '     20s  wave 2 in zone-a: ingester-7, ingester-6',
    '     39s  zone-a: 2 of 2 back, slowest ingester-7 in 19s',
    '     39s  zone-a finished: 3 pods in 39s',
    '     39s  wave 3 in zone-b: ingester-5, ingester-4, ingester-3',
    '     56s  zone-b: 3 of 3 back, slowest ingester-5 in 17s',
    '     56s  zone-b finished: 3 pods in 17s',
    '     56s  wave 4 in zone-c: ingester-2, ingester-1, ingester-0',
    '  1m 10s  zone-c: 3 of 3 back, slowest ingester-2 in 14s',
    '  1m 10s  zone-c finished: 3 pods in 14s',
  ]);
});

test('before the first event', () => {
  assert.deepEqual(drawnLines(frameInput(stateAfter([]))), [
    'reading the cluster…',
    '',
    'q quit (safe)   ? help',
  ]);
});
