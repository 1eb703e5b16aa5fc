import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layOutFrame } from '../../../../plugin/views/rollout/frame.ts';
import type { ViewAction } from '../../../../plugin/views/rollout/reducer.ts';
import { lineWidth } from '../../../../plugin/views/terminal/line.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import type { RolloutStatus } from '../../../../shared/rollout/decide/snapshot.ts';
import fc from '../../../helpers/seed.ts';
import { frameInput, stateAfter } from '../fixtures/frames.tsx';
import { cells, event, midway, snapshotOf, zoneRow } from '../fixtures/snapshots.ts';
import { wideText } from '../fixtures/wide-text.ts';

const names = fc.oneof(fc.stringMatching(/^[a-z0-9-]{1,40}$/), wideText);
const zones = fc.array(
  fc
    .tuple(names, fc.stringMatching(/^[#~.!]{0,400}$/), names)
    .map(([zone, picture, detail]) => zoneRow(zone, cells(picture, 1000, detail))),
  { maxLength: 8 },
);
const statuses: fc.Arbitrary<RolloutStatus> = fc.record({
  kind: fc.constantFrom('disrupting', 'waiting', 'blocked', 'disconnected', 'stopping', 'done'),
  reason: fc.oneof(
    fc.lorem({ maxCount: 60 }),
    wideText.map((text) => `now ${text}`),
  ),
  fix: fc.option(fc.lorem({ maxCount: 30 }), { nil: undefined }),
});
const inputs = fc
  .record({
    zones,
    status: statuses,
    help: fc.boolean(),
    steers: fc.boolean(),
    paused: fc.boolean(),
    answer: fc.option(fc.lorem({ maxCount: 30 }), { nil: undefined }),
    findings: fc.option(fc.array(fc.lorem({ maxCount: 30 })), { nil: undefined }),
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
    utf8: fc.boolean(),
  })
  .map(({ zones: rows, status, help, utf8, steers, paused, answer, findings, ...size }) => {
    const order = paused ? { by: 'ann@laptop', at: '2026-03-01T09:00:00Z', reason: 'slow' } : undefined;
    const orders = { paused: order, maxUnavailableBy: order };
    const snapshot = snapshotOf(rows, {
      ...orders,
      status,
      wave: { number: 1, zone: 'a', pods: rows[0]?.cells ?? [] },
    });
    const events = [event(0, { type: 'snapshot', snapshot })];
    const actions: ViewAction[] = help ? [{ type: 'toggle-help' }] : [];
    actions.push({ type: 'answer', text: answer }, { type: 'choose-pod', pod: 'ingester-1000' });
    if (findings) {
      const reported = findings.map((text) => ({ about: 'container' as const, text, holds: true }));
      actions.push({ type: 'open', panel: { kind: 'pod', pod: 'ingester-1000', findings: reported } });
    }
    const state = stateAfter(events, actions);
    return frameInput(state, { steers, size, theme: themeFor({ LANG: utf8 ? 'C.UTF-8' : 'C' }) });
  });

test('whatever is drawn stays lower and narrower than the terminal', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const lines = layOutFrame(input);
      assert.ok(lines.length <= Math.max(1, input.size.rows - 1));
      assert.ok(lines.every((line) => lineWidth(line) <= Math.max(1, input.size.columns - 1)));
    }),
  );
});

test('on 80 by 24 the zones, the status and the keys are always there', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const lines = layOutFrame({ ...input, size: { columns: 80, rows: 24 } });
      const text = lines.map((line) => line.map((each) => each.text).join('')).join('\n');
      for (const { updated, total } of input.state.latest?.snapshot.zones ?? []) {
        assert.ok(text.includes(`${updated}/${total}`));
      }
      assert.ok(text.endsWith(input.keys ? 'help' : 'safely'));
      assert.match(text, /^(now|waiting|blocked|offline|stopping|done) /m);
    }),
  );
});

test('times go on between snapshots, by our own clock', () => {
  const state = stateAfter([event(0, { type: 'snapshot', snapshot: midway() })]);
  const later = (afterMs: number) => {
    const input = frameInput(state);
    const lines = layOutFrame({ ...input, nowMs: input.nowMs + afterMs });
    return lines
      .map((line) => line.map((each) => each.text).join(''))
      .find((line) => line.includes('elapsed'));
  };
  assert.deepEqual([0, 5000, 600_000].map(later), [
    '2m 05s elapsed, about 3m 10s left, 2 pods down, limit 9 per zone',
    '2m 10s elapsed, about 3m 05s left, 2 pods down, limit 9 per zone',
    '12m 05s elapsed, 2 pods down, limit 9 per zone',
  ]);
});
