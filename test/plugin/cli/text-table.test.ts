import assert from 'node:assert/strict';
import { it } from 'node:test';
import { textTable } from '../../../plugin/cli/text-table.ts';

it('aligns columns, without trailing spaces', () => {
  assert.deepEqual(
    textTable([
      ['A', 'LONG', 'C'],
      ['aaa', 'b', ''],
      ['', 'bb', 'c'],
    ]),
    ['A     LONG   C', 'aaa   b', '      bb     c'],
  );
  assert.deepEqual(textTable([]), []);
});
