import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leaving } from '../../../../plugin/views/rollout/status.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import type { PodCell } from '../../../../shared/rollout/decide/snapshot.ts';
import { cells, snapshotOf, zoneRow } from '../fixtures/snapshots.ts';

const MINUTE_MS = 60_000;

function ending(name: string, minutes: number): PodCell {
  const termination = { forMs: minutes * MINUTE_MS, graceLeftMs: (40 - minutes) * MINUTE_MS };
  return { name, state: 'replacing', detail: 'terminating', termination };
}

function lineOf(rows: readonly PodCell[], sinceMs = 0): string {
  const snapshot = snapshotOf([zoneRow('zone-a', rows)]);
  const lines = leaving(snapshot, sinceMs, 100, themeFor({ NO_COLOR: '1' }));
  return lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
}

test('pods that terminate are shown with their times, which go on between snapshots', () => {
  const rows = [ending('ingester-2', 5), ending('ingester-3', 12)];
  assert.match(
    lineOf(rows),
    /ending +ingester-3 12m 00s \(28m 00s left\), ingester-2 5m 00s \(35m 00s left\)/,
  );
  assert.match(lineOf(rows, 5_000), /ingester-3 12m 05s \(27m 55s left\)/);
});

test('the first of many stand for all', () => {
  const rows = [1, 2, 3, 4].map((minutes) => ending(`ingester-${minutes}`, minutes));
  assert.match(lineOf(rows), /ingester-4 .*, ingester-3 .* and 2 more/);
});

test('there is no line while nothing terminates', () => {
  assert.equal(lineOf(cells('#.', 2)), '');
});
