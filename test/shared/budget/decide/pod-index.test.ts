import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPodIndex } from '../../../../shared/budget/decide/pod-index.ts';
import { NAMESPACE, pod } from './cluster.ts';

const zoneOfNode = (node: string) => (node === 'nowhere' ? undefined : node.replace('node', 'zone'));
const names = (pods: Iterable<{ name: string }>) => [...pods].map(({ name }) => name);

describe('the index of pods', () => {
  it('knows the pods of each namespace as they are now', () => {
    const index = createPodIndex(zoneOfNode);
    index.apply('ADDED', pod('a'));
    index.apply('ADDED', pod('a', { namespace: 'other' }));
    index.apply('MODIFIED', pod('a', { available: false }));
    assert.deepEqual(
      [...index.inNamespace(NAMESPACE)].map(({ available }) => available),
      [false],
    );
    index.apply('DELETED', pod('a'));
    assert.deepEqual(names(index.inNamespace(NAMESPACE)), []);
    assert.deepEqual(names(index.inNamespace('other')), ['a']);
    assert.deepEqual(names(index.inNamespace('nobody has heard of')), []);
  });

  it('knows where a pod was last, also after it has lost its node', () => {
    const index = createPodIndex(zoneOfNode);
    index.apply('ADDED', pod('a', { node: 'node-b' }));
    index.apply('MODIFIED', pod('a', { node: 'nowhere' }));
    assert.equal(index.lastZone(NAMESPACE, 'a'), 'zone-b');
    index.apply('DELETED', pod('a', { node: 'node-c' }));
    index.apply('ADDED', pod('a', { node: undefined }));
    assert.equal(index.lastZone(NAMESPACE, 'a'), 'zone-c');
    assert.equal(index.lastZone('other', 'a'), undefined);
    const labels = { 'topology.kubernetes.io/zone': 'zone-d' };
    index.apply('MODIFIED', pod('a', { node: 'nowhere', labels }));
    assert.equal(index.lastZone(NAMESPACE, 'a'), 'zone-d');
  });

  it('keeps the last thousand that vanished, and no zones of names that are neither there nor among them', () => {
    const index = createPodIndex(zoneOfNode);
    const vanish = (name: string) => {
      index.apply('ADDED', pod(name));
      index.apply('DELETED', pod(name));
    };
    vanish('first');
    vanish('back');
    vanish('again');
    index.apply('ADDED', pod('back'));
    for (let number = 0; number < 999; number += 1) vanish(`pod-${number}`);
    vanish('again');
    const vanished = index.vanished(NAMESPACE);
    assert.equal(vanished.length, 1_000);
    assert.equal(vanished.at(-1)?.name, 'again');
    assert.deepEqual(
      ['first', 'back', 'again', 'pod-0'].map((name) => index.lastZone(NAMESPACE, name)),
      [undefined, 'zone-a', 'zone-a', 'zone-a'],
    );
    assert.equal(vanished[0]?.controllerUid, 'uid-db');
  });
});
