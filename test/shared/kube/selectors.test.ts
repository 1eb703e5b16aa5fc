import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelSelectorText, matchesLabels } from '../../../shared/kube/selectors.ts';

const selector = {
  matchLabels: { app: 'ingester' },
  matchExpressions: [
    { key: 'zone', operator: 'In', values: ['a', 'b'] },
    { key: 'canary', operator: 'NotIn', values: ['yes'] },
    { key: 'ring', operator: 'Exists' },
    { key: 'leaving', operator: 'DoesNotExist' },
  ],
};

it('writes a selector as the API takes it', () => {
  assert.equal(labelSelectorText(selector), 'app=ingester,zone in (a,b),canary notin (yes),ring,!leaving');
  assert.equal(labelSelectorText({}), '');
  assert.throws(() => labelSelectorText({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }), /operator Gt/);
});

it('matches as the API server does', () => {
  const labels = { app: 'ingester', zone: 'a', ring: '' };
  assert.equal(matchesLabels(selector, labels), true);
  assert.equal(matchesLabels(selector, { ...labels, canary: 'no' }), true);
  for (const wrong of [
    { ...labels, app: 'x' },
    { ...labels, zone: 'c' },
    { ...labels, canary: 'yes' },
    { app: 'ingester', zone: 'a' },
    { ...labels, leaving: '' },
  ]) {
    assert.equal(matchesLabels(selector, wrong), false);
  }
  assert.equal(matchesLabels({}, {}), true);
  assert.equal(matchesLabels({ matchExpressions: [{ key: 'a', operator: 'Gt' }] }, { a: '1' }), false);
});
