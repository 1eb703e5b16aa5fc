import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layOutDrain } from '../../../../plugin/views/drain/frame.ts';
import { probeSections } from '../../../../plugin/views/probe/section.ts';
import { NOTHING_PROBED, type ProbeState, probeSeen } from '../../../../plugin/views/probe/state.ts';
import { layOutFrame } from '../../../../plugin/views/rollout/frame.ts';
import { stack } from '../../../../plugin/views/terminal/allot.ts';
import { type Line, lineWidth } from '../../../../plugin/views/terminal/line.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import fc from '../../../helpers/seed.ts';
import { sample } from '../../probe/decide/results.ts';
import { drainEvent, drainSnapshot, drainZone, nodeRow } from '../fixtures/drain.ts';
import { drainFrameInput, drainStateAfter } from '../fixtures/drain-frames.ts';
import { frameInput, stateAfter } from '../fixtures/frames.tsx';
import { event, midway } from '../fixtures/snapshots.ts';

const UNICODE = themeFor({ LANG: 'C.UTF-8' });

/** A wave at 0 and 4 s, of which the second is not well. */
function probed(seconds = 6): ProbeState {
  let state = NOTHING_PROBED;
  for (let second = 0; second < seconds; second += 1) {
    const atMs = second * 1_000;
    if (second % 4 === 0) state = probeSeen(state, { atMs, type: 'wave-begun', wave: second / 4 + 1 });
    const bad = second === 4 ? { failed: 3, slowestMs: 800 } : {};
    state = probeSeen(state, { atMs: atMs + 1_000, type: 'probes', ...sample(bad) });
  }
  return state;
}

const textOf = (lines: readonly Line[]) =>
  lines.map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
const drawn = (state: ProbeState, columns = 80, theme = UNICODE) =>
  textOf(stack(probeSections(state, 'waves', columns, theme), 4));

describe('probes in a live view', () => {
  it('are rate, times, failures and waves on one time line', () => {
    assert.deepEqual(drawn(probed()), [
      'probes    3 of 120 failed; 20 a second, median 10ms, slowest 40ms',
      'latency   ▁▁▁▁█▁  800ms',
      'failed    ....✗.  up to 3',
      'waves     1   2',
    ]);
  });

  it('are drawn without glyphs that a terminal may not have', () => {
    const lines = drawn(probed(), 80, themeFor({ LANG: 'C' }));
    assert.ok(
      lines.every((line) => /^[ -~]*$/.test(line)),
      lines.join('\n'),
    );
  });

  it('take no room as long as nothing is probed', () => assert.deepEqual(drawn(NOTHING_PROBED), []));

  it('always fit, however long it goes on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 40, max: 200 }), (seconds, columns) => {
        const sections = probeSections(probed(seconds), 'waves', columns, UNICODE);
        const charts = stack(sections, 4).slice(1, 3);
        assert.ok(charts.every((line) => lineWidth(line) <= columns));
      }),
      { numRuns: 30 },
    );
  });

  it('stand in the frame of a rollout, and of a drain with its zones', () => {
    const rollout = stateAfter([
      event(0, { type: 'snapshot', snapshot: midway() }),
      event(1_000, { type: 'probes', ...sample() }),
    ]);
    const size = { columns: 100, rows: 40 };
    assert.ok(
      textOf(layOutFrame(frameInput(rollout, { size }))).some((line) =>
        /^probes +none of 20 failed; 20 a second/.test(line),
      ),
    );

    const snapshot = drainSnapshot([drainZone('zone-a', 'draining', [nodeRow('node-1', 4, 2)])]);
    const drain = drainStateAfter([
      drainEvent(0, { type: 'snapshot', snapshot }),
      drainEvent(500, { type: 'zone-begun', zone: 'zone-a', nodes: ['node-1'], reason: 'zone-a begins' }),
      drainEvent(1_000, { type: 'probes', ...sample() }),
    ]);
    const lines = textOf(layOutDrain(drainFrameInput(drain, { size })));
    assert.ok(
      lines.some((line) => /^zones +zone-a/.test(line)),
      lines.join('\n'),
    );
  });
});
