import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSelector } from '../../../shared/kube/selector-text.ts';
import { labelSelectorText, matchesLabels } from '../../../shared/kube/selectors.ts';
import fc from '../../helpers/seed.ts';

function matches(text: string, labels: Record<string, string>): boolean {
  const matcher = parseSelector(text);
  assert.ok(typeof matcher === 'function', String(matcher));
  return matcher(labels);
}

describe('label selectors as text', () => {
  it('matches as kubectl does', () => {
    for (const [text, labels, expected] of [
      ['', {}, true],
      ['a=b', { a: 'b' }, true],
      ['a == b', { a: 'b' }, true],
      ['a=b', { a: 'c' }, false],
      ['a=', { a: '' }, true],
      ['a=', {}, false],
      ['a!=b', {}, true],
      ['a!=b', { a: 'b' }, false],
      ['a in (b, c)', { a: 'c' }, true],
      ['a in (b,c)', {}, false],
      ['a notin (b)', {}, true],
      ['a notin (b)', { a: 'b' }, false],
      ['a', { a: '' }, true],
      ['!a', { a: '' }, false],
      ['! a', {}, true],
      ['constructor', {}, false],
      ['a>3', { a: '4' }, true],
      ['a > 3', { a: '3' }, false],
      ['a<3', { a: 'x' }, false],
      ['a<3', {}, false],
      ['size<3', { a: '4', size: '2' }, true],
      [
        'topology.kubernetes.io/zone in (eu-1a),!node-role.kubernetes.io/x',
        { 'topology.kubernetes.io/zone': 'eu-1a' },
        true,
      ],
      ['a=b , c in (d,e) , f', { a: 'b', c: 'e', f: 'x' }, true],
      ['a=b,c in (d,e),f', { a: 'b', c: 'e' }, false],
    ] as const) {
      assert.equal(matches(text, labels), expected, `${text} on ${JSON.stringify(labels)}`);
    }
  });

  it('says what cannot be read', () => {
    for (const [text, part] of [
      ['a b', 'a b'],
      ['a=b,', 'a=b,'],
      ['a in b', 'a in b'],
      ['a in (b', 'a in (b'],
      ['=b', '=b'],
      ['x=1,a=b=c', 'a=b=c'],
      ['a>b', 'a>b'],
      ['-a', '-a'],
    ] as const) {
      assert.equal(parseSelector(text), `"${part}" is not a label selector such as app=ingester`, text);
    }
  });

  it('reads what selectors of objects are written as', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,3}[a-z0-9]$/);
    const selector = fc.record({
      matchLabels: fc.dictionary(word, word, { maxKeys: 2 }),
      matchExpressions: fc.array(
        fc.record({
          key: word,
          operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
          values: fc.array(word, { minLength: 1, maxLength: 3 }),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(selector, fc.dictionary(word, word, { maxKeys: 3 }), (given, extra) => {
        const labels = { ...extra, ...given.matchLabels };
        assert.equal(matches(labelSelectorText(given), labels), matchesLabels(given, labels));
      }),
    );
  });
});
