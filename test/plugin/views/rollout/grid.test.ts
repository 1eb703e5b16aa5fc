import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupState, layOutGrid } from '../../../../plugin/views/rollout/grid.ts';
import { zoneGrid } from '../../../../plugin/views/rollout/zones.ts';
import { type Theme, themeFor } from '../../../../plugin/views/terminal/theme.ts';
import type { ZoneRow } from '../../../../shared/rollout/decide/snapshot.ts';
import { cells, zoneRow } from '../fixtures/snapshots.ts';

const ascii = themeFor({ NO_COLOR: '1' });
const zones = (count: number, pods: number) =>
  Array.from({ length: count }, (_, index) =>
    zoneRow(`zone-${String.fromCharCode(97 + index)}`, cells('.'.repeat(pods), pods - 1)),
  );
const text = (rows: readonly ZoneRow[], columns: number, maxRows: number, theme: Theme, cursor?: string) =>
  zoneGrid(rows, { columns, maxRows, theme, cursor }).map((line) => line.map((each) => each.text).join(''));

test('a cell a pod as long as they fit, then the fewest pods a cell that do', () => {
  assert.equal(layOutGrid(zones(3, 100), 79, 6).podsPerCell, 1);
  assert.equal(layOutGrid(zones(3, 100), 79, 5).podsPerCell, 2);
  assert.equal(layOutGrid(zones(3, 1000), 79, 6).podsPerCell, 10);
});

test('rows hang below their own beginning, in groups of ten', () => {
  const row = cells(`${'#'.repeat(12)}~!${'.'.repeat(16)}`, 29);
  assert.deepEqual(text([zoneRow('zone-a', row)], 38, 9, ascii), [
    '> zone-a  12/30  ########## ##~!......',
    '                 ..........',
    '# new  ~ being replaced  . old  ! down',
  ]);
});

test('a cell for several pods shows the worst of them, and is new only when all are', () => {
  const worst = ['####', '##.#', '#~.#', '#~.!'].map((picture) => groupState(cells(picture, 9, 'missing')));
  assert.deepEqual(worst, ['updated', 'stale', 'replacing', 'unready']);
});

test('the legend says how many pods a cell is', () => {
  assert.match(text(zones(3, 1000), 100, 7, ascii).at(-1) ?? '', / {2}1 cell: 10 pods$/);
});

test('with more zones than rows, zones at work stay first, then zones with pods down', () => {
  const many = zones(8, 4);
  many[0] = zoneRow('zone-a', cells('####', 3));
  many[1] = zoneRow('zone-b', cells('...!', 3));
  many[5] = zoneRow('zone-f', cells('##..', 3));
  many[7] = zoneRow('zone-h', cells('...!', 3));
  assert.deepEqual(text(many, 79, 3, ascii), [
    '  zone-b  0/4  ...!',
    '> zone-f  2/4  ##..',
    '  and 6 zones more, 1 of them finished',
  ]);
});

test('long zone names lose their middle', () => {
  const [line] = text([zoneRow('northamerica-northeast1-a-long', cells('..', 1))], 79, 2, ascii);
  assert.equal(line, '  north..east1-a-long  0/2  ..');
});

test('the cell of the pod under the cursor is marked, and its neighbours are not', () => {
  const marked = (columns: number, cursor: string) =>
    zoneGrid([zoneRow('zone-a', cells('############....', 15))], {
      columns,
      maxRows: 1,
      theme: ascii,
      cursor,
    })
      .flat()
      .filter(({ tone }) => tone === 'chosen')
      .map(({ text: each }) => each);
  assert.deepEqual(marked(60, 'ingester-5'), ['#']);
  assert.deepEqual(marked(60, 'ingester-0'), ['.']);
  assert.deepEqual(marked(28, 'ingester-4'), ['#']);
  assert.deepEqual(marked(60, 'another'), []);
});
