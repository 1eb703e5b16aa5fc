import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { layOutFlush } from '../../../../plugin/views/demo/frame.ts';
import { lineWidth } from '../../../../plugin/views/terminal/line.ts';
import { themeFor } from '../../../../plugin/views/terminal/theme.ts';
import { MINUTE_MS, STARTED_AT_MS, stateUntil } from './script.ts';

interface Look {
  columns?: number;
  rows?: number;
  env?: Readonly<Record<string, string>>;
}

function frameAt(minutes: number, { columns = 80, rows = 24, env = { LANG: 'C.UTF-8' } }: Look = {}) {
  return layOutFlush({
    state: stateUntil(minutes),
    size: { columns, rows },
    theme: themeFor(env),
    nowMs: STARTED_AT_MS + minutes * MINUTE_MS,
    keys: true,
  });
}

function textAt(minutes: number, look: Look = {}): string[] {
  return frameAt(minutes, look).map((line) =>
    line
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
}

describe('the frame of the demo', () => {
  it('draws both sides over the same time, on 80 by 24', () => {
    assert.deepEqual(textAt(15), [
      'capacity 3,600 writes/s, steady 1,167, each flush adds 2,333  15m 00s at 30x',
      'plain rolling update  done after 11m 30s  2,600,000 writes lost',
      '  8,167 │   ▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆▆',
      '        │   ██████████████████',
      '        │  ▆██████████████████▆',
      '        │  ████████████████████',
      '  3,600 │┄┄████████████████████┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄',
      '        │ ▇████████████████████▇',
      '        │ ██████████████████████',
      '        │▇██████████████████████▇▇▇▇▇▇▇',
      '',
      'kubectl zone rollout  1 of 3 flushes, 3,500 writes/s  no writes lost',
      '  3,600 │┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄',
      '        │▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇',
      '        │██████████████████████████████',
      '        │██████████████████████████████',
      '        └──────────────────────────────────────────────────────────────────────',
      '         0                   10m                 20m                 30m',
      '',
      'wave 1 in zone-a: ingester-0',
      'zone-a: ingester-0 back in 10m 30s',
      'wave 2 in zone-b: ingester-1',
      'q quit',
    ]);
  });

  it('draws with ASCII alone where the locale has no more', () => {
    const lines = textAt(15, { env: { LANG: 'C' } });
    assert.ok(
      lines.every((line) => /^[ -~]*$/.test(line)),
      lines.join('\n'),
    );
    assert.deepEqual(lines.slice(2, 10), [
      '  8,167 |   ::::::::::::::::::',
      '        |   ##################',
      '        |  :##################:',
      '        |  ####################',
      `  3,600 |--####################${'-'.repeat(48)}`,
      '        | :####################:',
      '        | ######################',
      '        |:######################:::::::',
    ]);
  });

  it('grows with time, and shows nothing of what is to come', () => {
    assert.equal(textAt(0.05)[5], '        │▇');
  });

  it('draws what is above the capacity as bad, and the rest as good', () => {
    const tones = (rows: number[]) => rows.map((row) => frameAt(15)[row]?.map(({ tone }) => tone));
    assert.deepEqual(tones([2, 6, 7]), [
      ['faint', 'bad'],
      ['warn', 'warn', 'bad', 'warn'],
      ['faint', 'good'],
    ]);
  });

  it('says at its end what came of it, without keys', () => {
    const lines = textAt(40);
    assert.equal(lines[11], 'kubectl zone rollout  done after 31m 36s  no writes lost');
    assert.ok(!lines.includes('q quit'));
  });

  it('fits every terminal', () => {
    for (const columns of [1, 20, 40, 79, 200])
      for (const rows of [1, 2, 10, 15, 18, 24, 60])
        for (const minutes of [0, 1.5, 15, 40]) {
          const frame = frameAt(minutes, { columns, rows });
          const where = `${columns} by ${rows} after ${minutes} minutes`;
          assert.ok(frame.length <= Math.max(1, rows - 1), `${where}: ${frame.length} rows`);
          assert.ok(
            frame.every((line) => lineWidth(line) <= Math.max(1, columns - 1)),
            where,
          );
        }
  });

  it('takes a coarser scale where the terminal is low', () => {
    assert.deepEqual(textAt(15, { rows: 19 }).slice(1, 6), [
      'plain rolling update  done after 11m 30s  2,600,000 writes lost',
      '  8,167 │   ▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂▂',
      '        │  ▄██████████████████▄',
      `  3,600 │┄┄████████████████████${'┄'.repeat(48)}`,
      '        │▂▇████████████████████▇▂▂▂▂▂▂▂',
    ]);
  });
});
