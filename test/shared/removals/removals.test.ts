import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ApiError, ConnectionError, type KubeRequest } from '../../../shared/kube/kube.ts';
import { WireError } from '../../../shared/kube/wire.ts';
import type { PodToRemove, RemovalWay } from '../../../shared/removals/pod-removal.ts';
import { type RemovalOutcome, Removals } from '../../../shared/removals/removals.ts';
import { type FakeKube, fakeKube } from '../../helpers/fake-kube.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';

type Chosen = PodToRemove & { zone: string };
const pod = (ordinal: number): Chosen => ({
  namespace: 'default',
  name: `ingester-${ordinal}`,
  uid: `uid-${ordinal}`,
  zone: 'zone-a',
});
const refused = () =>
  new ApiError({
    code: 429,
    reason: 'TooManyRequests',
    message: 'Cannot evict pod',
    causes: [{ reason: 'DisruptionBudget', message: 'the budget needs 5 healthy pods and has 5' }],
  });

/** A pod as the API server answers. */
const podObject = (resourceVersion: string) => ({
  metadata: { name: 'ingester-1', namespace: 'default', uid: 'uid-1', resourceVersion },
  spec: { containers: [] },
  status: {},
});

describe('removing pods', () => {
  let kube: FakeKube;
  let clock: ManualClock;
  let outcomes: RemovalOutcome<Chosen>[];
  let due: number;
  let mayAct: boolean;
  let errors: unknown[];
  let sent: KubeRequest[];
  let answer: (request: KubeRequest) => Promise<unknown>;

  const removals = (way: Partial<RemovalWay> = {}) =>
    new Removals<Chosen>({
      kube: {
        ...kube,
        request: (request: KubeRequest) => {
          sent.push(request);
          return answer(request);
        },
      },
      way: { disableEviction: false, gracePeriodSeconds: undefined, ...way },
      retry: { firstMs: 500, longestMs: 10_000, isFinal: ({ code }) => code === 403 },
      clock,
      random: () => 0.5,
      onOutcome: (outcome) => outcomes.push(outcome),
      mayAct: () => mayAct,
      onRetryDue: () => {
        due += 1;
      },
      onError: (error) => errors.push(error),
    });

  beforeEach(() => {
    kube = fakeKube();
    clock = manualClock();
    outcomes = [];
    due = 0;
    mayAct = true;
    errors = [];
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
    removals({ disableEviction: true }).request([pod(1)]);
    await turn();
    assert.equal(sent[0]?.method, 'DELETE');
    assert.equal(sent[0]?.path, '/api/v1/namespaces/default/pods/ingester-1');
    assert.deepEqual(sent[0]?.body, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      preconditions: { uid: 'uid-1' },
    });
  });

  it('passes a grace period on, also one of 0', async () => {
    removals({ gracePeriodSeconds: 0 }).request([pod(1)]);
    removals({ gracePeriodSeconds: 0, disableEviction: true }).request([pod(2)]);
    await turn();
    const [eviction, deletion] = sent.map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(eviction?.deleteOptions, { preconditions: { uid: 'uid-1' }, gracePeriodSeconds: 0 });
    assert.equal(deletion?.gracePeriodSeconds, 0);
  });

  it('knows a pod that is gone, also where another one has its name', async () => {
    const message =
      'Operation cannot be fulfilled on pods "ingester-1": the UID in the precondition (uid-1) does not match the UID in record (uid-9). The object might have been deleted and then recreated';
    const answers = [
      new ApiError({ code: 404, reason: 'NotFound', message: 'not found' }),
      new ApiError({ code: 409, reason: 'Conflict', message }),
      new ApiError({ code: 409, reason: 'Conflict', message: 'the object has been modified' }),
    ];
    const all = removals();
    for (const [ordinal, error] of answers.entries()) {
      answer = () => Promise.reject(error);
      all.request([pod(ordinal)]);
      await turn();
    }
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['gone', 'gone', 'refused'],
    );
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

  it('tries one pod at once, and waits longer when it is refused again', async () => {
    answer = () => Promise.reject(refused());
    const all = removals();
    all.request([pod(1), pod(2)]);
    await turn();
    assert.equal(all.isWaiting('uid-1'), true);
    all.retry('uid-1');
    assert.equal(all.isWaiting('uid-1'), false);
    assert.equal(all.isWaiting('uid-2'), true);
    all.request([pod(1), pod(2)]);
    assert.equal(all.isUnderWay('uid-1'), true);
    await turn();
    assert.equal(sent.length, 3);
    assert.deepEqual(clock.pending(), [500, 1000]);
  });

  it('does not know what has become of a request without an answer, and may send it again', async () => {
    const lost = [
      new ConnectionError('reset'),
      new ApiError({ code: 504, reason: 'Timeout', message: 'the server did not answer in time' }),
    ];
    const all = removals();
    for (const [ordinal, error] of lost.entries()) {
      answer = () => Promise.reject(error);
      all.request([pod(ordinal)]);
      await turn();
      assert.equal(outcomes.at(-1)?.kind, 'unanswered');
      assert.equal(all.asked(`uid-${ordinal}`), 'unanswered');
    }
    answer = () => Promise.reject(refused());
    all.retryNow();
    all.request([pod(0)]);
    assert.equal(all.asked('uid-0'), 'sent');
    await turn();
    assert.equal(
      all.asked('uid-0'),
      'unanswered',
      'that another request was refused tells nothing of the first',
    );
    answer = () => Promise.resolve({});
    all.retryNow();
    all.request([pod(0)]);
    await turn();
    assert.equal(all.asked('uid-0'), undefined);
  });

  it('knows that a request was refused when it never reached the server', async () => {
    answer = () => Promise.reject(new WireError('connection refused', { sent: false }));
    const all = removals();
    all.request([pod(1)]);
    await turn();
    assert.equal(outcomes[0]?.kind, 'refused');
    assert.equal(all.asked('uid-1'), undefined);
  });

  it('binds a request to the version that was seen, and looks again when the pod has changed', async () => {
    const message =
      'Operation cannot be fulfilled on pods "ingester-1": the ResourceVersion in the precondition (7) does not match the ResourceVersion in record (8). The object might have been modified';
    answer = () => Promise.reject(new ApiError({ code: 409, reason: 'Conflict', message }));
    const all = removals();
    all.request([{ ...pod(1), resourceVersion: '7' }]);
    await turn();
    const [eviction] = sent.map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(eviction?.deleteOptions, { preconditions: { uid: 'uid-1', resourceVersion: '7' } });
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['changed'],
    );
    all.request([{ ...pod(1), resourceVersion: '7' }]);
    assert.equal(sent.length, 1, 'not again for what was seen before');
    all.request([{ ...pod(1), resourceVersion: '8' }]);
    assert.equal(sent.length, 2);
  });

  it('rules an unanswered request out by giving the pod another version', async () => {
    const all = removals();
    answer = () => Promise.reject(new ConnectionError('reset'));
    all.request([{ ...pod(1), resourceVersion: '7' }]);
    await turn();
    answer = () => Promise.resolve(podObject('8'));
    all.ruleOut([pod(1)]);
    all.ruleOut([pod(1)]);
    await turn();
    assert.equal(sent.length, 2, 'once');
    assert.equal(sent[1]?.method, 'PATCH');
    assert.equal(all.asked('uid-1'), undefined);
    clock.advance(0);
    assert.equal(due, 1);
  });

  it('waits for the end of an unanswered request where pods may not be changed', async () => {
    const all = removals();
    answer = () => Promise.reject(new ConnectionError('reset'));
    all.request([{ ...pod(1), resourceVersion: '7' }]);
    await turn();
    all.retryNow();
    answer = () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }));
    all.ruleOut([pod(1)]);
    await turn();
    const seen = [{ uid: 'uid-1', resourceVersion: '7', terminating: false, marked: false }];
    clock.setWall(3_600_000);
    clock.advance(89_000);
    all.look(seen);
    assert.equal(all.asked('uid-1'), 'unanswered', 'that a clock was set ends no request');
    clock.setWall(-7_200_000);
    clock.advance(1_000);
    all.look(seen);
    assert.equal(all.asked('uid-1'), undefined);
  });

  it('ends by an error that nobody expected', async () => {
    const bug = new TypeError('a bug');
    answer = () => Promise.reject(bug);
    const all = removals();
    all.request([pod(1)]);
    await turn();
    assert.deepEqual(errors, [bug]);
    all.request([pod(2)]);
    assert.equal(sent.length, 1);
    await all.stop();
  });

  it('gives up where trying again cannot help', async () => {
    answer = () => Promise.reject(new ApiError({ code: 403, reason: 'Forbidden', message: 'no' }));
    removals().request([pod(1)]);
    await turn();
    assert.equal(outcomes[0]?.kind, 'failed');
    assert.deepEqual(clock.pending(), []);
  });

  it('forgets what cannot be sent at once: the next answer asks for a new decision', async () => {
    const answers: (() => void)[] = [];
    answer = () => new Promise((resolve) => answers.push(() => resolve({})));
    const all = removals();
    all.request(Array.from({ length: 40 }, (_, ordinal) => pod(ordinal)));
    assert.equal(sent.length, 32);
    for (const reply of answers) reply();
    await turn();
    assert.equal(sent.length, 32);
    assert.equal(outcomes.length, 32);
  });

  it('sends nothing while it must not act', () => {
    mayAct = false;
    removals().request([pod(1)]);
    assert.equal(sent.length, 0);
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
