import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { listDaemonSets } from '../../../plugin/drain/daemon-sets.ts';
import { apiError, type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { podOf } from './builders.ts';
import { settle } from './fake-cluster.ts';

const PATH = '/apis/apps/v1/daemonsets';
const podOfSet = (name: string) => podOf({ owner: { kind: 'DaemonSet', name } });

describe('the DaemonSets of a cluster', () => {
  let kube: FakeKube;
  let changes: number;

  beforeEach(() => {
    kube = fakeKube();
    changes = 0;
    kube.put(PATH, { metadata: { name: 'agent', namespace: 'cortex' } });
  });
  const list = () =>
    listDaemonSets(kube, manualClock(), () => {
      changes += 1;
    });

  it('are known from the start', async () => {
    const sets = await list();
    assert.deepEqual([...sets.names], ['cortex/agent']);
    assert.equal(sets.isUnclear(podOfSet('agent')), false);
    assert.equal(sets.isUnclear(podOf()), false);
    assert.equal(kube.requests.length, 1);
  });

  it('are listed again for one that was made later', async () => {
    const sets = await list();
    kube.put(PATH, { metadata: { name: 'newer', namespace: 'cortex' } });
    assert.equal(sets.isUnclear(podOfSet('newer')), true);
    await settle();
    assert.equal(changes, 1);
    assert.equal(sets.names.has('cortex/newer'), true);
    assert.equal(sets.isUnclear(podOfSet('newer')), false);
  });

  it('are not listed again and again for one that does not exist', async () => {
    const sets = await list();
    assert.equal(sets.isUnclear(podOfSet('gone')), true);
    await settle();
    assert.equal(sets.isUnclear(podOfSet('gone')), false);
    await settle();
    assert.equal(kube.requests.length, 2);
  });

  it('stay unclear while they cannot be listed', async () => {
    const sets = await list();
    kube.before = () => {
      throw apiError(500, 'InternalError');
    };
    assert.equal(sets.isUnclear(podOfSet('gone')), true);
    await settle();
    assert.equal(changes, 0);
    kube.before = () => {};
    assert.equal(sets.isUnclear(podOfSet('gone')), true);
    await settle();
    assert.equal(sets.isUnclear(podOfSet('gone')), false);
  });
});
