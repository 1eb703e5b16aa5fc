import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineStream } from '../../../plugin/demo/inside.ts';

test('lines are handed on whole, in whichever pieces they come, and empty ones are left out', () => {
  const lines: string[] = [];
  const stream = lineStream((line) => lines.push(line));
  const arrow = Buffer.from('v1 → v2\n');
  stream.write('wave 1 in ');
  stream.write('zone-a\n\n  \nimage: ');
  stream.write(arrow.subarray(0, 4));
  stream.write(arrow.subarray(4));
  stream.write('without an end');
  assert.deepEqual(lines, ['wave 1 in zone-a', 'image: v1 → v2']);
});
