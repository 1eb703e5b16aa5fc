import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatIntOrPercent, parseIntOrPercent, resolveIntOrPercent } from '../../shared/int-or-percent.ts';
import fc from '../helpers/seed.ts';

describe('int-or-percent', () => {
  it('reads numbers and percentages, as a flag or a manifest has them', () => {
    assert.deepEqual(parseIntOrPercent(4), { kind: 'count', count: 4 });
    assert.deepEqual(parseIntOrPercent(' 4 '), { kind: 'count', count: 4 });
    assert.deepEqual(parseIntOrPercent('33%'), { kind: 'percent', percent: 33 });
  });

  it('refuses everything else with a sentence', () => {
    for (const text of ['', '%', '-1', '1.5', '33.3%', '1e3', 'many', '4 pods', '0x10']) {
      assert.equal(
        parseIntOrPercent(text),
        `"${text}" is neither a whole number nor a percentage such as 33%`,
      );
    }
    assert.equal(parseIntOrPercent('101%'), '101% is more than 100%');
    assert.equal(parseIntOrPercent('99999999999999999999'), '99999999999999999999 is too large');
  });

  it('rounds percentages up: something always moves, and never more than all', () => {
    assert.equal(resolveIntOrPercent({ kind: 'percent', percent: 34 }, 3), 2);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 10_000 }), (percent, total) => {
        const pods = resolveIntOrPercent({ kind: 'percent', percent }, total);
        assert.ok(pods >= 1 && pods <= total);
        assert.ok(pods * 100 >= percent * total && (pods - 1) * 100 < percent * total);
      }),
    );
  });

  it('writes what it reads', () => {
    for (const text of ['0', '7', '33%', '100%']) {
      const value = parseIntOrPercent(text);
      assert.ok(typeof value !== 'string');
      assert.equal(formatIntOrPercent(value), text);
    }
  });
});
