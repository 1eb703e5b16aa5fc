import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createScales, SCALE_LIFETIME_MS } from '../../../shared/budget/scales.ts';
import type { Kube } from '../../../shared/kube/kube.ts';
import { fakeKube } from '../../helpers/fake-kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';

const ref = (name: string, uid = `uid-${name}`) => ({
  apiVersion: 'example.com/v1',
  kind: 'Ring',
  name,
  uid,
  namespace: 'default',
});

/** Rings that want as many pods as the number says. */
function start() {
  const replicas = new Map([
    ['a', 1],
    ['b', 2],
  ]);
  const kube: Kube = {
    ...fakeKube(),
    async request({ path }) {
      const names = ['rings', 'rings/scale'];
      if (path === '/apis/example.com/v1')
        return { resources: names.map((name) => ({ name, kind: 'Ring' })) };
      const name = path.split('/').at(-2) ?? '';
      return { metadata: { uid: `uid-${name}` }, spec: { replicas: replicas.get(name) } };
    },
  };
  const clock = manualClock();
  return { scales: createScales(kube, clock), clock, replicas };
}

describe('scales of owners of any kind', () => {
  it('are known once they were read, and each by its own uid', async () => {
    const { scales, replicas } = start();
    assert.equal(scales.get(ref('a')), undefined);
    await scales.refresh([ref('a'), ref('b')]);
    assert.deepEqual(scales.get(ref('a')), { kind: 'replicas', replicas: 1 });
    assert.deepEqual(scales.get(ref('b')), { kind: 'replicas', replicas: 2 });
    assert.equal(scales.get(ref('a', 'made anew')), undefined);
    await scales.refresh([ref('a', 'made anew')]);
    assert.deepEqual(scales.get(ref('a', 'made anew')), { kind: 'gone' });
    replicas.set('a', 7);
    await scales.refresh([ref('a')]);
    assert.deepEqual(scales.get(ref('a')), { kind: 'replicas', replicas: 7 });
  });

  it('are forgotten when they are old, each at its own time', async () => {
    const { scales, clock } = start();
    await scales.refresh([ref('a')]);
    clock.advance(SCALE_LIFETIME_MS - 1);
    await scales.refresh([ref('b')]);
    assert.notEqual(scales.get(ref('a')), undefined);
    clock.advance(1);
    assert.equal(scales.get(ref('a')), undefined);
    assert.notEqual(scales.get(ref('b')), undefined);
  });
});
