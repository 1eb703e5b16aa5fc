import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  matches,
  parseFieldSelector,
  parseLabelSelector,
  selects,
} from '../../../../plugin/sandbox/api/selectors.ts';

function object(labels: Record<string, string>, fields: object = {}) {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels }, ...fields };
}

function byLabels(selector: string, labels: Record<string, string>): boolean {
  return matches({ labels: parseLabelSelector(selector), fields: [] }, object(labels));
}

describe('label selectors', () => {
  const cases: [selector: string, labels: Record<string, string>, matched: boolean][] = [
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a in (x, y),c', { a: 'y', c: '' }, true],
    ['a in (x,y)', { a: 'z' }, false],
    ['a notin (x)', {}, true],
    ['!a', {}, true],
    ['!a', { a: '1' }, false],
    ['app.kubernetes.io/name=x,tier!=y', { 'app.kubernetes.io/name': 'x' }, true],
    ['a=', { a: '' }, true],
    ['', { a: 'b' }, true],
  ];
  for (const [selector, labels, matched] of cases)
    it(`"${selector}" ${matched ? 'matches' : 'does not match'} ${JSON.stringify(labels)}`, () => {
      assert.equal(byLabels(selector, labels), matched);
    });

  it('refuses what is no selector', () => {
    assert.throws(() => parseLabelSelector('a=b c'), { code: 400 });
  });
});

describe('a LabelSelector object', () => {
  it('matches everything when empty and nothing when missing', () => {
    assert.equal(selects({}, { a: 'b' }), true);
    assert.equal(selects(undefined, { a: 'b' }), false);
  });

  it('needs labels and expressions', () => {
    const selector = {
      matchLabels: { a: 'b' },
      matchExpressions: [{ key: 'c', operator: 'Exists' as const }],
    };
    assert.equal(selects(selector, { a: 'b' }), false);
    assert.equal(selects(selector, { a: 'b', c: '' }), true);
  });
});

describe('field selectors', () => {
  const pod = object({}, { spec: { nodeName: 'n1' }, status: { phase: 'Running' } });

  it('read nested fields, and missing ones as empty', () => {
    const matched = (selector: string) =>
      matches({ labels: undefined, fields: parseFieldSelector(selector, '/pods') }, pod);
    assert.equal(matched('metadata.name=p,spec.nodeName=n1'), true);
    assert.equal(matched('status.phase!=Running'), false);
    assert.equal(matched('status.podIP='), true);
  });

  it('refuse fields that the real server does not select by', () => {
    assert.throws(() => parseFieldSelector('spec.replicas=1', 'apps/statefulsets'), { code: 400 });
  });
});
