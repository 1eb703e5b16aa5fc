import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type RemovalOutcome, Removals } from '../../../plugin/rollout/removals.ts';
import { ApiError, ConnectionError, type KubeRequest } from '../../../shared/kube/kube.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';

const pod = (ordinal: number) => ({ name: `ingester-${ordinal}`, uid: `uid-${ordinal}`, zone: 'zone-a' });
const refused = () =>
  new ApiError({
    code: 429,
    reason: 'TooManyRequests',
    message: 'Cannot evict pod',
    causes: [{ reason: 'DisruptionBudget', message: 'the budget needs 5 healthy pods and has 5' }],
  });

describe('removing pods', () => {
  let kube: FakeKube;
  let clock: ManualClock;
  let outcomes: RemovalOutcome[];
  let due: number;
  let mayAct: boolean;
  let sent: KubeRequest[];
  let answer: (request: KubeRequest) => Promise<unknown>;

  const removals = (disableEviction = false) =>
    new Removals({
      kube: {
        ...kube,
        request: (request: KubeRequest) => {
          sent.push(request);
          return answer(request);
        },
      },
      namespace: 'default',
      disableEviction,
      clock,
      random: () => 0.5,
      onOutcome: (outcome) => outcomes.push(outcome),
      mayAct: () => mayAct,
      onRetryDue: () => {
        due += 1;
      },
    });

  beforeEach(() => {
    kube = fakeKube();
    clock = manualClock();
    outcomes = [];
    due = 0;
    mayAct = true;
    sent = [];
    answer = () => Promise.resolve({});
  });

  it('evicts exactly the pod that was chosen', async () => {
    removals().request([pod(1)]);
    await turn();
    assert.equal(sent[0]?.path, '/api/v1/namespaces/default/pods/ingester-1/eviction');
    assert.equal(sent[0]?.retry, 'never');
    assert.deepEqual(sent[0]?.body, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name: 'ingester-1', namespace: 'default' },
      deleteOptions: { preconditions: { uid: 'uid-1' } },
    });
    assert.deepEqual(outcomes, [{ kind: 'accepted', pod: pod(1) }]);
  });

  it('deletes with the same precondition when evictions are disabled', async () => {
    removals(true).request([pod(1)]);
    await turn();
    assert.equal(sent[0]?.method, 'DELETE');
    assert.equal(sent[0]?.path, '/api/v1/namespaces/default/pods/ingester-1');
    assert.deepEqual(sent[0]?.body, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'uid-1' },
    });
  });

  it('takes a pod that is gone for removed', async () => {
    answer = () => Promise.reject(new ApiError({ code: 404, reason: 'NotFound', message: 'not found' }));
    removals().request([pod(1)]);
    await turn();
    assert.equal(outcomes[0]?.kind, 'accepted');
  });

  it('asks once at a time for each pod, however often it is told', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answer = () => promise;
    const all = removals();
    all.request([pod(1)]);
    all.request([pod(1)]);
    all.request([pod(1)]);
    resolve({});
    await turn();
    assert.equal(sent.length, 1);
  });

  it('asks for a new decision after a refusal, later each time, and does not repeat by itself', async () => {
    answer = () => Promise.reject(refused());
    const all = removals();
    const delaysMs: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt += 1) {
      all.request([pod(1)]);
      await turn();
      delaysMs.push(...clock.pending());
      all.request([pod(1)]);
      assert.equal(sent.length, attempt, 'not again before it is due');
      clock.advance(10_000);
      assert.equal(due, attempt);
    }
    assert.deepEqual(delaysMs, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    const [first] = outcomes;
    assert.ok(first?.kind === 'refused');
    assert.equal(first.reason, 'the budget needs 5 healthy pods and has 5');
  });

  it('waits as long as the server asks', async () => {
    answer = () =>
      Promise.reject(new ApiError({ code: 429, reason: '', message: 'busy', retryAfterMs: 30_000 }));
    removals().request([pod(1)]);
    await turn();
    assert.deepEqual(clock.pending(), [30_000]);
  });

  it('tries at once, and soon again, when something may have made room', async () => {
    answer = () => Promise.reject(refused());
    const all = removals();
    for (const _ of [1, 2, 3]) {
      all.request([pod(1)]);
      await turn();
      clock.advance(10_000);
    }
    all.request([pod(1)]);
    await turn();
    all.retryNow();
    assert.deepEqual(clock.pending(), []);
    all.request([pod(1)]);
    await turn();
    assert.deepEqual(clock.pending(), [500]);
  });

  it('tries again after a broken connection: the uid makes that safe', async () => {
    answer = () => Promise.reject(new ConnectionError('reset'));
    removals().request([pod(1)]);
    await turn();
    assert.equal(outcomes[0]?.kind, 'refused');
  });

  it('gives up where trying again cannot help', async () => {
    answer = () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }));
    removals().request([pod(1)]);
    await turn();
    assert.equal(outcomes[0]?.kind, 'failed');
    assert.deepEqual(clock.pending(), []);
  });

  it('forgets what was not sent yet when the decision changes', async () => {
    const answers: (() => void)[] = [];
    answer = () => new Promise((resolve) => answers.push(() => resolve({})));
    const all = removals();
    all.request(Array.from({ length: 40 }, (_, ordinal) => pod(ordinal)));
    assert.equal(sent.length, 32);
    all.request([]);
    for (const reply of answers) reply();
    await turn();
    assert.equal(sent.length, 32);
  });

  it('sends nothing while it must not act, also from the queue', async () => {
    const answers: (() => void)[] = [];
    answer = () => new Promise((resolve) => answers.push(() => resolve({})));
    const all = removals();
    all.request(Array.from({ length: 40 }, (_, ordinal) => pod(ordinal)));
    mayAct = false;
    for (const reply of answers) reply();
    await turn();
    assert.equal(sent.length, 32);
    all.request([pod(50)]);
    assert.equal(sent.length, 32);
  });

  it('stops after the answers under way, with no timer left', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    answer = () => promise;
    const all = removals();
    all.request([pod(1)]);
    const stopped = all.stop();
    all.request([pod(2)]);
    resolve({});
    await stopped;
    assert.equal(sent.length, 1);
    assert.equal(outcomes.length, 1);
    assert.deepEqual(clock.pending(), []);
  });
});
