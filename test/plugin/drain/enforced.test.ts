import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type EnforcedNamespaces, enforcedNamespaces } from '../../../plugin/drain/enforced.ts';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { settle } from './fake-cluster.ts';

describe('where a webhook enforces budgets', () => {
  let kube: FakeKube;
  let clock: ManualClock;
  let enforced: EnforcedNamespaces;
  let requests: number;
  let seen: (string | undefined)[];

  beforeEach(() => {
    kube = fakeKube();
    clock = manualClock();
    requests = 0;
    kube.before = () => {
      requests += 1;
    };
    seen = [];
    enforced = enforcedNamespaces(kube, clock, () => seen.push(enforced.of('cortex')?.kind));
  });
  const look = async () => {
    enforced.of('cortex');
    await settle();
  };

  it('is asked for once for many looks', async () => {
    assert.equal(enforced.of('cortex'), undefined);
    await look();
    await look();
    assert.deepEqual([seen, requests], [['not-enforced'], 1]);
  });

  it('is asked for again a while after a look that failed, though nothing changes', async () => {
    kube.before = () => {
      throw new ConnectionError('refused');
    };
    await look();
    assert.match(enforced.of('cortex')?.reason ?? '', /^cannot determine .*refused$/);
    kube.before = () => {};
    clock.advance(5_000);
    await settle();
    assert.deepEqual(seen, ['unknown', 'unknown', 'not-enforced']);
    assert.deepEqual(clock.pending(), []);
  });

  it('is looked at again each minute: a webhook may be removed during a drain', async () => {
    await look();
    clock.advance(59_999);
    await look();
    assert.equal(requests, 1);
    clock.advance(1);
    await look();
    assert.equal(requests, 2);
  });

  it('leaves no timer behind', async () => {
    kube.before = () => {
      throw new ConnectionError('refused');
    };
    await look();
    enforced.stop();
    assert.deepEqual(clock.pending(), []);
  });
});
