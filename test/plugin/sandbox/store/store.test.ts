import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { History } from '../../../../plugin/sandbox/store/history.ts';
import { Store } from '../../../../plugin/sandbox/store/store.ts';
import fc from '../../../helpers/seed.ts';

function object(name: string, value = 0) {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { name, uid: name }, value };
}

describe('the store', () => {
  it('rebuilds the list of every earlier version', () => {
    const steps = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), remove: fc.boolean() }));
    fc.assert(
      fc.property(steps, (changes) => {
        const store = new Store();
        const snapshots = new Map([[store.version, store.list('things')]]);
        changes.forEach(({ name, remove }, step) => {
          const existing = store.get('things', undefined, name);
          if (remove && existing) store.remove('things', existing);
          else store.put('things', object(name, step));
          snapshots.set(store.version, store.list('things'));
        });
        for (const [version, list] of snapshots) assert.deepEqual(store.listAt('things', version), list);
      }),
    );
  });

  it('gives every change a version of its own, also deletions', () => {
    const store = new Store();
    const first = store.put('things', object('a'));
    const second = store.put('other', object('a'));
    const last = store.remove('things', first);
    const versions = [first, second, last].map(({ metadata }) => Number(metadata.resourceVersion));
    assert.deepEqual(versions, [1001, 1002, 1003]);
    assert.deepEqual(
      store.since(1000)?.map(({ type }) => type),
      ['ADDED', 'ADDED', 'DELETED'],
    );
  });

  it('finds dependents by their owner until they are gone or let go', () => {
    const store = new Store();
    const owner = { apiVersion: 'v1', kind: 'Owner', name: 'o', uid: 'u' };
    const owned = { ...object('a'), metadata: { name: 'a', uid: 'a', ownerReferences: [owner] } };
    store.put('things', owned);
    assert.deepEqual(
      store.ownedBy('u').map(({ object }) => object.metadata.name),
      ['a'],
    );
    const free = store.put('things', object('a'));
    assert.deepEqual(store.ownedBy('u'), []);
    store.put('things', { ...free, metadata: owned.metadata });
    store.remove('things', owned);
    assert.deepEqual(store.ownedBy('u'), []);
  });

  it('forgets its history when told', () => {
    const store = new Store();
    store.put('things', object('a'));
    const before = store.version;
    store.put('things', object('a', 1));
    store.expireHistory();
    assert.equal(store.since(before), undefined);
    assert.deepEqual(store.since(store.version), []);
  });
});

describe('the history', () => {
  it('keeps at least its capacity and says what it has forgotten', () => {
    const history = new History(3, 0);
    for (let version = 1; version <= 6; version++)
      history.add({ version, resource: 'things', type: 'ADDED', object: object('a'), previous: undefined });
    assert.equal(history.since(2), undefined);
    assert.deepEqual(
      history.since(3)?.map(({ version }) => version),
      [4, 5, 6],
    );
  });
});
