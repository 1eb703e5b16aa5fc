import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiError, ConnectionError, type Kube, type KubeRequest } from '../../../shared/kube/kube.ts';
import { tryRemovals } from '../../../shared/removals/try-removals.ts';
import { apiError, fakeKube } from '../../helpers/fake-kube.ts';

const EVICT = { disableEviction: false, gracePeriodSeconds: undefined };
const pod = (namespace: string, name: string) => ({ namespace, name, uid: `uid-${name}` });

/** Answers by pod name; with nothing where none is given. */
function answering(answers: Readonly<Record<string, Error>>): { kube: Kube; sent: KubeRequest[] } {
  const sent: KubeRequest[] = [];
  const request = async (asked: KubeRequest) => {
    sent.push(asked);
    const answer = answers[asked.path.split('/')[6] ?? ''];
    if (answer) throw answer;
    return {};
  };
  return { kube: { ...fakeKube(), request }, sent };
}

describe('trying removals', () => {
  it('asks about exactly the pod, as a dry run in query and body', async () => {
    const { kube, sent } = answering({});
    assert.deepEqual(await tryRemovals(kube, [pod('n', 'a')], { ...EVICT, gracePeriodSeconds: 5 }), []);
    assert.deepEqual(sent, [
      {
        method: 'POST',
        path: '/api/v1/namespaces/n/pods/a/eviction',
        query: { dryRun: 'All' },
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { namespace: 'n', name: 'a' },
          deleteOptions: { preconditions: { uid: 'uid-a' }, gracePeriodSeconds: 5, dryRun: ['All'] },
        },
        retry: 'never',
      },
    ]);
  });

  it('asks for a deletion where evictions are disabled', async () => {
    const { kube, sent } = answering({});
    await tryRemovals(kube, [pod('n', 'a')], { disableEviction: true, gracePeriodSeconds: undefined });
    assert.deepEqual(sent, [
      {
        method: 'DELETE',
        path: '/api/v1/namespaces/n/pods/a',
        query: { dryRun: 'All' },
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: 'uid-a' },
          dryRun: ['All'],
        },
        retry: 'never',
      },
    ]);
  });

  it('tells which pods of which namespace are refused, and why', async () => {
    const causes = [{ reason: 'DisruptionBudget', message: 'no room' }];
    const { kube } = answering({
      c: new ApiError({ code: 429, reason: 'TooManyRequests', message: 'Cannot evict', causes }),
      b: apiError(403, 'Forbidden'),
      gone: apiError(404, 'NotFound'),
    });
    const pods = [pod('z', 'b'), pod('n', 'gone'), pod('n', 'c'), pod('n', 'a'), pod('n', 'b')];
    assert.deepEqual(await tryRemovals(kube, pods, EVICT), [
      { pod: pod('n', 'b'), reason: 'Forbidden happened' },
      { pod: pod('n', 'c'), reason: 'no room' },
      { pod: pod('z', 'b'), reason: 'Forbidden happened' },
    ]);
  });

  it('fails when there is no answer', async () => {
    const { kube } = answering({ a: new ConnectionError('reset') });
    await assert.rejects(tryRemovals(kube, [pod('n', 'a')], EVICT), /reset/);
  });

  it('asks about many at a time, but not about all', async () => {
    let open = 0;
    let most = 0;
    const request = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise(setImmediate);
      open -= 1;
    };
    const pods = Array.from({ length: 100 }, (_, index) => pod('n', `p-${index}`));
    await tryRemovals({ ...fakeKube(), request }, pods, EVICT);
    assert.equal(most, 32);
  });
});
