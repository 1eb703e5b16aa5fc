import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWorkloadIndex } from '../../../../shared/budget/decide/workload-index.ts';
import { matchesLabels } from '../../../../shared/kube/selectors.ts';
import fc from '../../../helpers/seed.ts';
import { controlledBy, NAMESPACE, workload } from './cluster.ts';

const names = (found: Iterable<{ name: string }>) => [...found].map(({ name }) => name).sort();

describe('the index of workloads', () => {
  it('forgets what a workload was before it changed, and what is deleted', () => {
    const index = createWorkloadIndex();
    const before = workload('web-1', { kind: 'ReplicaSet', controller: controlledBy('Deployment', 'web') });
    const after = workload('web-1', { kind: 'ReplicaSet', templateLabels: { app: 'new' } });
    index.apply('ADDED', before);
    assert.deepEqual(names(index.controlledBy('uid-web')), ['web-1']);
    index.apply('MODIFIED', after);
    assert.deepEqual(names(index.controlledBy('uid-web')), []);
    assert.deepEqual(names(index.candidates(NAMESPACE, { matchLabels: { app: 'db' } })), []);
    assert.deepEqual(names(index.candidates(NAMESPACE, { matchLabels: { app: 'new' } })), ['web-1']);
    // The last state that a watch tells may be older or newer than the one that is known.
    index.apply('DELETED', before);
    assert.equal(index.byUid('uid-web-1'), undefined);
    assert.deepEqual(names(index.candidates(NAMESPACE, {})), []);
    assert.deepEqual(names(index.candidates(NAMESPACE, { matchLabels: { app: 'new' } })), []);
  });

  it('looks only at workloads that have the rarest of the labels', () => {
    const index = createWorkloadIndex();
    for (let number = 0; number < 20; number += 1) {
      const rare = number === 7 ? { app: 'db' } : {};
      index.apply('ADDED', workload(`set-${number}`, { templateLabels: { part: 'all', ...rare } }));
    }
    const selector = { matchLabels: { part: 'all', app: 'db' } };
    assert.deepEqual(names(index.candidates(NAMESPACE, selector)), ['set-7']);
    assert.deepEqual(names(index.candidates('other', selector)), []);
  });

  it('overlooks no workload that a selector matches', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), fc.constantFrom('1', '2'));
    const change = fc.record({
      name: fc.constantFrom('x', 'y', 'z'),
      namespace: fc.constantFrom('n', 'm'),
      templateLabels: labels,
      deleted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change), labels, (changes, matchLabels) => {
        const index = createWorkloadIndex();
        const expected = new Map<string, ReturnType<typeof workload>>();
        for (const { name, namespace, templateLabels, deleted } of changes) {
          const each = workload(name, { namespace, templateLabels, uid: `${namespace}/${name}` });
          index.apply(deleted ? 'DELETED' : 'ADDED', each);
          if (deleted) expected.delete(each.uid);
          else expected.set(each.uid, each);
        }
        const matching = (all: Iterable<ReturnType<typeof workload>>) =>
          [...all]
            .filter((each) => each.namespace === 'n' && matchesLabels({ matchLabels }, each.templateLabels))
            .map(({ uid }) => uid)
            .sort();
        assert.deepEqual(matching(index.candidates('n', { matchLabels })), matching(expected.values()));
      }),
    );
  });
});
