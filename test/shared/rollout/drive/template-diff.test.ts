import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differences } from '../../../../shared/rollout/drive/template-diff.ts';
import fc from '../../../helpers/seed.ts';

/** Values before and after, and the lines that tell them apart. */
const CASES: readonly (readonly [what: string, before: unknown, after: unknown, lines: readonly string[]])[] =
  [
    ['a leaf', { spec: { image: 'v1' } }, { spec: { image: 'v2' } }, ['spec.image: v1 → v2']],
    ['a number', { port: 80 }, { port: 8080 }, ['port: 80 → 8080']],
    ['a field that comes', {}, { a: true }, ['a: (none) → true']],
    ['a field that goes', { a: { b: 1 } }, {}, ['a: {"b":1} → (none)']],
    ['null, which is no field', { a: null }, {}, []],
    ['an empty object, which is one', {}, { a: {} }, ['a: (none) → {}']],
    [
      'entries with names',
      { c: [{ name: 'app', image: 'v1' }, { name: 'log' }] },
      { c: [{ name: 'app', image: 'v2' }, { name: 'log' }] },
      ['c[app].image: v1 → v2'],
    ],
    [
      'an entry that comes before others',
      { c: [{ name: 'b' }] },
      { c: [{ name: 'a' }, { name: 'b' }] },
      ['c[a]: (none) → {"name":"a"}'],
    ],
    [
      'only the order of entries',
      { c: [{ name: 'a' }, { name: 'b' }] },
      { c: [{ name: 'b' }, { name: 'a' }] },
      ['c: in the order b, a'],
    ],
    [
      'entries of the same name, which only their place tells apart',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
      {
        env: [
          { name: 'A', value: '3' },
          { name: 'A', value: '2' },
        ],
      },
      ['env[0].value: 1 → 3'],
    ],
    [
      'entries without names',
      { args: ['-a', '-b'] },
      { args: ['-a', '-c', '-d'] },
      ['args[1]: -b → -c', 'args[2]: (none) → -d'],
    ],
    ['a list that becomes an object', { a: [] }, { a: {} }, ['a: [] → {}']],
    [
      'a key with dots',
      { annotations: {} },
      { annotations: { 'example.com/x': 'y' } },
      ['annotations[example.com/x]: (none) → y'],
    ],
  ];

describe('differences of templates', () => {
  for (const [what, before, after, lines] of CASES) {
    it(`tells ${what}`, () => assert.deepEqual(differences(before, after), lines));
  }

  it('shows the place where a long value changes', () => {
    const [line = ''] = differences({ a: `${'x'.repeat(200)}1` }, { a: `${'x'.repeat(200)}2` });
    assert.equal(line, `a: …${'x'.repeat(20)}1 → …${'x'.repeat(20)}2`);
  });

  it('cuts what is too long or too much to read', () => {
    const [line = ''] = differences({}, { a: 'y'.repeat(500) });
    assert.ok(line.length < 120 && line.endsWith('…'), line);
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, index]));
    const lines = differences({}, many);
    assert.deepEqual([lines.length, lines.at(-1)], [21, '… and 30 more']);
  });

  const name = fc.constantFrom('a', 'b', 'c');
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('x', 'y', 1, true),
      fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.record({ name, value: fc.constantFrom(1, 2) }, { noNullPrototype: true }), {
        maxLength: 3,
      }),
    ),
  }));

  it('finds none in a value and its copy', () => {
    fc.assert(fc.property(value, (each) => assert.deepEqual(differences(each, structuredClone(each)), [])));
  });

  it('finds some wherever two values differ', () => {
    fc.assert(
      fc.property(value, value, (before, after) => {
        fc.pre(!isDeepEqual(before, after));
        assert.notDeepEqual(differences(before, after), []);
      }),
      { numRuns: 1000 },
    );
  });
});

function isDeepEqual(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}
