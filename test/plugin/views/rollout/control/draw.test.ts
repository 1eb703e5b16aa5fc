import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ViewAction } from '../../../../../plugin/views/rollout/reducer.ts';
import { themeFor } from '../../../../../plugin/views/terminal/theme.ts';
import type { RolloutSnapshot } from '../../../../../shared/rollout/decide/snapshot.ts';
import { drawnLines, frameInput, stateAfter } from '../../fixtures/frames.tsx';
import { cells, event, STARTED_AT_MS, snapshotOf, zoneRow } from '../../fixtures/snapshots.ts';

const ANN = { by: 'ann@laptop', at: new Date(STARTED_AT_MS - 65_000).toISOString(), reason: '' };
const ROWS = [zoneRow('zone-a', cells('##!.', 7, 'ImagePullBackOff')), zoneRow('zone-b', cells('....', 3))];
const KEYS = 'p pause   + - limit   u undo   enter why   q quit (safe)   ? help';

function drawn(snapshot: Partial<RolloutSnapshot>, actions: ViewAction[] = [], columns = 80): string[] {
  const events = [
    event(0, { type: 'snapshot', snapshot: snapshotOf(ROWS) }),
    event(0, { type: 'snapshot', snapshot: snapshotOf(ROWS, snapshot) }),
  ];
  return drawnLines(frameInput(stateAfter(events, actions), { steers: true, size: { columns, rows: 24 } }));
}

test('steered: the keys below, and what the last one has done', () => {
  const lines = drawn({}, [{ type: 'answer', text: 'resumed' }]);
  assert.deepEqual(lines.slice(-3), ['', '→ resumed', KEYS]);
});

test('paused: who and why stand at the top, and p resumes', () => {
  const lines = drawn({ paused: { ...ANN, reason: 'the store is slow' } });
  assert.equal(lines[1], 'PAUSED    by ann@laptop, 1m 05s ago: the store is slow');
  assert.equal(lines.at(-1), KEYS.replace('pause', 'resume'));
  assert.ok(lines.some((line) => line.endsWith('0s  paused by ann@laptop: the store is slow')));
});

test('another limit: how many, and who set it', () => {
  const lines = drawn({ maxUnavailableBy: ANN, maxUnavailablePods: 3 });
  assert.equal(lines[1], 'limit     3 down per zone, set by ann@laptop, 1m 05s ago');
  assert.ok(lines.includes('0s elapsed, 1 pod down'));
});

test('the pod under the cursor is named, with what it is', () => {
  assert.ok(
    drawn({}, [{ type: 'choose-pod', pod: 'ingester-5' }]).includes(
      'ingester-5 in zone-a: ImagePullBackOff   enter why',
    ),
  );
  assert.ok(
    drawn({}, [{ type: 'choose-pod', pod: 'ingester-0' }]).includes('ingester-0 in zone-b: old   enter why'),
  );
});

test('an open pod takes the place of the events', () => {
  const findings = [
    { about: 'pod', text: 'Pending, on node b-1, the new revision (7b9f5d8c4d)', holds: false },
    { about: 'container', text: 'main waits: ImagePullBackOff: Back-off pulling image', holds: true },
  ] as const;
  const lines = drawn({}, [{ type: 'open', panel: { kind: 'pod', pod: 'ingester-5', findings } }]);
  assert.deepEqual(lines.slice(-5), [
    'ingester-5   esc closes',
    'pod       Pending, on node b-1, the new revision (7b9f5d8c4d)',
    'container main waits: ImagePullBackOff: Back-off pulling image',
    '',
    KEYS,
  ]);
});

const QUESTION: ViewAction = {
  type: 'open',
  panel: {
    kind: 'undo',
    proposal: {
      revision: 'ingester-5c8d7f9b6c',
      differences: ['spec.containers[main].image: app:broken → app:v1'],
      confirm: async () => '',
    },
  },
};

test('the question names the revision and the change, and the keys that answer it', () => {
  assert.deepEqual(drawn({}, [QUESTION]).slice(-4), [
    'undo      Roll back to revision 5c8d7f9b6c? [y/N]',
    '          spec.containers[main].image: app:broken → app:v1',
    '',
    'y roll back   n cancel   q quit (safe)   ? help',
  ]);
});

test('a question is there on the smallest terminal, and in ASCII', () => {
  const state = stateAfter([event(0, { type: 'snapshot', snapshot: snapshotOf(ROWS) })], [QUESTION]);
  const size = { columns: 60, rows: 8 };
  const lines = drawnLines(frameInput(state, { steers: true, size, theme: themeFor({ LANG: 'C' }) }));
  assert.ok(
    lines.some((line) => line.includes('5c8d7f9b6c?')),
    lines.join('\n'),
  );
  assert.ok(
    lines.some((line) => line.endsWith('app:broken -> app:v1')),
    lines.join('\n'),
  );
});

test('the help tells every key', () => {
  const text = drawn({}, [{ type: 'toggle-help' }]).join('\n');
  for (const key of ['p', '\\+ -', 'u', 'enter', 'j, k', 'q, Ctrl-C', '\\?', 'wave', 'time left']) {
    assert.match(text, new RegExp(`^${key} `, 'm'));
  }
});

test('one who looks on leaves without ending anything', () => {
  const state = stateAfter([event(0, { type: 'snapshot', snapshot: snapshotOf(ROWS) })], [{ type: 'quit' }]);
  assert.equal(drawnLines(frameInput(state, { looksOn: true })).at(-1), 'closing: the rollout continues');
});
