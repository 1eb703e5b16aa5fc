import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as z from 'zod/mini';
import { parseJson } from '../../shared/parse-json.ts';

const Point = z.object({ x: z.number(), label: z._default(z.string(), 'none') });

describe('a text of JSON', () => {
  it('is read by a schema', () => {
    assert.deepEqual(parseJson(Point, ' {"x": 1, "y": 2}\n'), { x: 1, label: 'none' });
  });

  it('is nothing where it is no JSON, or something else', () => {
    for (const text of ['', '{', 'x', 'null', '[]', '{}', '{"x":"1"}']) {
      assert.equal(parseJson(Point, text), undefined, text);
    }
  });
});
