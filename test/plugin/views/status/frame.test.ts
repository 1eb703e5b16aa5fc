import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { WorkloadFacts } from '../../../../plugin/status/decide/facts.ts';
import { fleetStatus } from '../../../../plugin/status/decide/rows.ts';
import { layOutStatus, type StatusFrameInput } from '../../../../plugin/views/status/frame.ts';
import {
  chosenRow,
  initialState,
  reduce,
  type StatusViewState,
} from '../../../../plugin/views/status/reducer.ts';
import { lineWidth } from '../../../../plugin/views/terminal/line.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import fc from '../../../helpers/seed.ts';
import { BROKEN, NO_ROLLOUT, workload, zone } from '../../status/builders.ts';
import { wideText } from '../fixtures/wide-text.ts';

const RUNNING = { ...NO_ROLLOUT, state: 'running', holder: 'ann@laptop/1/x' } as const;
const THREE = [
  workload({ name: 'api' }),
  workload({ name: 'store', rollout: { ...RUNNING, wave: { number: 3, zone: 'zone-b' } } }),
  workload({ name: 'queue', zones: [zone('zone-a', [BROKEN]), zone('zone-b')] }),
];

function stateOf(workloads: readonly WorkloadFacts[]): StatusViewState {
  const status = fleetStatus({ workloads, nodes: [], notes: [] });
  return reduce(initialState(undefined), { type: 'event', event: { type: 'status', atMs: 0, status } });
}

function textOf(state: StatusViewState, change: Partial<StatusFrameInput> = {}): string[] {
  const lines = layOutStatus({
    state,
    title: 'status of cortex',
    size: { columns: 120, rows: 24 },
    theme: themeFor({ LANG: 'C.UTF-8' }),
    namespaces: false,
    keys: true,
    ...change,
  });
  return lines.map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

describe('the live view of the status', () => {
  it('shows the worst workload first, and all of the chosen one', () => {
    assert.deepEqual(textOf(stateOf(THREE)), [
      'status of cortex   3 workloads, 1 in trouble',
      '',
      '  WORKLOAD   STATE        HEALTHY                             UPDATED  ROLLOUT                          EVICTIONS',
      '▸ sts/queue  unhealthy    zone-a 3/4, zone-b 4/4              12/12    -                                <no budget>',
      '  sts/store  rolling out  zone-a 4/4, zone-b 4/4, zone-c 4/4  12/12    wave 3 in zone-b, by ann@laptop  <no budget>',
      '  sts/api    ok           zone-a 4/4, zone-b 4/4, zone-c 4/4  12/12    -                                <no budget>',
      '',
      'cortex/sts/queue',
      'why       zone-a: ingester-3 (ImagePullBackOff)',
      'revision  12 of 12 pods on ingester-2',
      'budget    none',
      '',
      'q quit   j k choose   enter open   ? help',
    ]);
  });

  it('leaves columns out where the terminal is narrow, and never the state', () => {
    const lines = textOf(stateOf(THREE), { size: { columns: 60, rows: 24 } });
    assert.match(lines[2] ?? '', /^ {2}WORKLOAD {3}STATE {8}HEALTHY zone-\* {7}UPDATED$/);
    assert.match(lines[3] ?? '', /^▸ sts\/queue {2}unhealthy {4}a 3\/4, b 4\/4 +12\/12$/);
  });

  it('keeps the chosen workload chosen when the order changes', () => {
    const state = reduce(stateOf(THREE), { type: 'move', by: 1 });
    assert.equal(chosenRow(state)?.name, 'store');
    const status = fleetStatus({ workloads: THREE.slice(0, 2), nodes: [], notes: [] });
    const event = { type: 'status', atMs: 1, status } as const;
    assert.equal(chosenRow(reduce(state, { type: 'event', event }))?.name, 'store');
    const up = [-1, -1, -1].reduce((now, by) => reduce(now, { type: 'move', by: by as -1 }), state);
    assert.equal(chosenRow(up)?.name, 'queue');
    const down = [1, 1, 1].reduce((now, by) => reduce(now, { type: 'move', by: by as 1 }), state);
    assert.equal(chosenRow(down)?.name, 'api');
  });

  it('shows the rows around the chosen one where not all fit', () => {
    const many = Array.from({ length: 40 }, (_, index) => workload({ name: `w-${index + 10}` }));
    let state = stateOf(many);
    for (let moves = 0; moves < 30; moves += 1) state = reduce(state, { type: 'move', by: 1 });
    assert.ok(textOf(state).some((line) => line.startsWith('▸ sts/w-40')));
  });

  it('says what it waits for, that there is nothing, and that it may be old', () => {
    assert.ok(textOf(initialState(undefined)).includes('reading the cluster…'));
    assert.ok(textOf(stateOf([])).includes('no workloads are spread over zones'));
    const lost = reduce(stateOf(THREE), { type: 'event', event: { type: 'lost', atMs: 0, reason: 'reset' } });
    assert.ok(textOf(lost).includes('possibly outdated, the watch is broken: reset'));
    assert.ok(
      textOf(reduce(stateOf(THREE), { type: 'toggle-help' })).some((line) =>
        /^b +open its budget/.test(line),
      ),
    );
  });

  it('fits every terminal, whatever names and reasons are', () => {
    fc.assert(
      fc.property(
        fc.array(wideText, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 50 }),
        (names, columns, rows) => {
          const state = stateOf(
            names.map((name) =>
              workload({ name, zones: [zone(name, [{ ...BROKEN, why: name }]), zone('b')] }),
            ),
          );
          const lines = layOutStatus({
            ...{ state, title: 't', size: { columns, rows }, namespaces: true, keys: true },
            theme: themeFor({ LANG: 'C.UTF-8' }),
          });
          assert.ok(lines.length <= Math.max(1, rows - 1));
          for (const line of lines) assert.ok(lineWidth(line) <= Math.max(1, columns - 1));
        },
      ),
    );
  });
});
