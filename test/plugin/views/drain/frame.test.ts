import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DrainStatus } from '../../../../plugin/drain/decide/snapshot.ts';
import { layOutDrain } from '../../../../plugin/views/drain/frame.ts';
import { lineWidth } from '../../../../plugin/views/terminal/line.ts';
import fc from '../../../helpers/seed.ts';
import { drainEvent, drainSnapshot, drainZone, nodeRow } from '../fixtures/drain.ts';
import { drainFrameInput, drainStateAfter } from '../fixtures/drain-frames.ts';
import { wideText } from '../fixtures/wide-text.ts';

const names = fc.oneof(fc.stringMatching(/^[a-z0-9.-]{1,60}$/), wideText);
const nodes = fc
  .tuple(names, fc.nat({ max: 200 }), fc.nat({ max: 200 }), fc.nat({ max: 5 }))
  .map(([name, pods, left, terminating]) => nodeRow(name, pods, Math.min(pods, left), terminating));
const zones = fc
  .tuple(
    names,
    fc.constantFrom('pending', 'draining', 'recovering', 'finished'),
    fc.array(nodes, { maxLength: 60 }),
  )
  .map((parts) => drainZone(...parts));
const statuses: fc.Arbitrary<DrainStatus> = fc.record({
  kind: fc.constantFrom('cordoning', 'evicting', 'waiting', 'blocked', 'disconnected', 'stopping', 'done'),
  reason: fc.oneof(
    fc.lorem({ maxCount: 60 }),
    wideText.map((text) => `now ${text}`),
  ),
  fix: fc.option(fc.lorem({ maxCount: 30 }), { nil: undefined }),
});
const reasons = fc.array(fc.record({ reason: fc.lorem(), pods: fc.array(names) }), { maxLength: 8 });
const missing = fc.array(fc.record({ workload: names, namespace: names, pods: fc.array(names) }), {
  maxLength: 8,
});
const inputs = fc
  .record({
    snapshot: fc
      .tuple(fc.array(zones, { maxLength: 8 }), statuses, reasons, missing)
      .map(([rows, status, held, waitingFor]) => drainSnapshot(rows, { status, held, waitingFor })),
    help: fc.boolean(),
    columns: fc.integer({ min: 1, max: 200 }),
    rows: fc.integer({ min: 1, max: 60 }),
  })
  .map(({ snapshot, help, ...size }) => {
    const events = [drainEvent(0, { type: 'snapshot', snapshot })];
    return drainFrameInput(drainStateAfter(events, help ? [{ type: 'toggle-help' }] : []), { size });
  });

test('whatever is drawn stays lower and narrower than the terminal', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const lines = layOutDrain(input);
      assert.ok(lines.length <= Math.max(1, input.size.rows - 1));
      assert.ok(lines.every((line) => lineWidth(line) <= Math.max(1, input.size.columns - 1)));
    }),
  );
});

test('on 80 by 24 the figures, every zone, the status and the keys are always there', () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const lines = layOutDrain({ ...input, size: { columns: 80, rows: 24 } });
      const text = lines.map((line) => line.map((each) => each.text).join('')).join('\n');
      const shown = lines.filter((line) => /^\d+\/\d+ nodes/.test(line[2]?.text.trim() ?? ''));
      assert.equal(shown.length, input.state.latest?.snapshot.zones.length);
      assert.ok(text.endsWith('help'));
      assert.match(text, /^(now|waiting|blocked|offline|stopping|done) /m);
      assert.match(text, /nodes? drained, /);
    }),
  );
});
