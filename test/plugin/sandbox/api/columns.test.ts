import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shortDuration } from '../../../../plugin/sandbox/api/columns/column.ts';
import { simpleJsonPath } from '../../../../plugin/sandbox/api/columns/custom.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

describe('ages', () => {
  const cases: [durationMs: number, text: string][] = [
    [0, '0s'],
    [119 * S, '119s'],
    [2 * M, '2m'],
    [3 * M + 20 * S, '3m20s'],
    [47 * M + 5 * S, '47m'],
    [5 * H + 12 * M, '5h12m'],
    [26 * H, '26h'],
    [2 * D + 3 * H, '2d3h'],
    [400 * D, '400d'],
    [3 * 365 * D, '3y'],
  ];
  for (const [durationMs, text] of cases)
    it(`of ${durationMs} ms reads ${text}`, () => assert.equal(shortDuration(durationMs), text));
});

describe('the JSONPath of printer columns', () => {
  const object = { a: { 'b.c': 1, list: [{ type: 'Ready', status: 'True' }] } };
  const cases: [path: string, value: unknown][] = [
    ['.a.b\\.c', 1],
    [".a['b.c']", 1],
    ['.a.list[0].type', 'Ready'],
    ['.a.list[?(@.type=="Ready")].status', 'True'],
    ['.a.list[?(@.type=="Other")].status', undefined],
    ['.x.y', undefined],
  ];
  for (const [path, value] of cases)
    it(`reads ${path}`, () => assert.equal(simpleJsonPath(object, path), value));
});
