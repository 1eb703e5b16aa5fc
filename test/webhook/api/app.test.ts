import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConnectionError } from '../../../shared/kube/kube.ts';
import { manualClock } from '../../helpers/manual-clock.ts';
import { error } from '../helpers/fake-api.ts';
import { harness, pump, review } from '../helpers/harness.ts';

describe('POST /evict', () => {
  it('allows what no budget covers, a pod that is terminating or ended, without writing', async () => {
    const { api, bind, evict } = harness();
    api.pod('stranger', { app: 'other' });
    assert.equal((await evict('stranger')).allowed, true);
    api.budget('ingester', { maxUnavailable: 0 });
    api.pod('leaving', { terminating: true });
    api.pod('done', { phase: 'Succeeded' });
    for (const name of ['leaving', 'done']) assert.equal((await evict(name)).allowed, true, name);
    const { patch } = await bind('stranger');
    const [{ value }] = patch as [{ value: object }];
    assert.equal((await evict('stranger', { deleteOptions: value })).allowed, true);
    assert.ok(!api.requests.some((request) => request.startsWith('PUT')));
  });

  it('ties what no budget covers to its version where there is a budget, lest it be covered before it goes', async () => {
    const { api, bind, evict } = harness();
    api.pod('stranger', { app: 'other' });
    const bound = async () => (await bind('stranger')).patch as [{ value: object }];
    const uid = { preconditions: { uid: 'uid-stranger' } };
    assert.deepEqual((await bound())[0].value, uid);
    api.budget('rehearsal', { dryRun: true });
    assert.deepEqual((await bound())[0].value, uid);
    api.budget('ingester', {});
    const [{ value }] = await bound();
    assert.deepEqual(value, { preconditions: { ...uid.preconditions, resourceVersion: '1001' } });
    // It gets the label while its eviction is under way; then the API server finds the version changed.
    api.pod('stranger', { app: 'ingester' });
    assert.match((await evict('stranger', { deleteOptions: value })).message, /has just changed/);
    api.pod('stranger', { app: 'other' });
    const tooLittle = await evict('stranger', { deleteOptions: uid });
    assert.deepEqual([tooLittle.code, /try again/.test(tooLittle.message)], [429, true]);
  });

  it('answers 404 for a pod that is gone, as its name may come back before the API server evicts', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    const answer = await evict('ingester-0', { unbound: true });
    assert.deepEqual([answer.code, answer.reason], [404, 'NotFound']);
  });

  it('denies what names no uid, in namespaces that have a budget', async () => {
    const { api, evict } = harness();
    api.pod('ingester-0');
    api.pod('stranger', { app: 'other' });
    api.pod('leaving', { terminating: true });
    assert.equal((await evict('ingester-0', { unbound: true })).allowed, true);
    api.budget('ingester', {});
    for (const name of ['ingester-0', 'stranger', 'leaving']) {
      const answer = await evict(name, { unbound: true });
      assert.equal(answer.code, 429, name);
      assert.match(answer.message, /nothing has bound the eviction to one pod/);
    }
  });

  it('writes the reservation before it says yes', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0');
    assert.equal((await evict('ingester-0')).allowed, true);
    const [reservation] = api.status('ingester').reservations as { uid: string; zone: string }[];
    assert.deepEqual([reservation?.uid, reservation?.zone], ['uid-ingester-0', 'zone-a']);
  });

  it('denies with 429, pod, zone and counts, and without retryAfterSeconds', async () => {
    const { api, evict, post } = harness();
    api.budget('ingester', {}, { 'zone-a': [3, 0], 'zone-b': [3, 1] });
    api.pod('ingester-0');
    const answer = await evict('ingester-0');
    assert.deepEqual([answer.allowed, answer.code, answer.reason], [false, 429, 'TooManyRequests']);
    assert.match(
      answer.message,
      /ingester-0 of zone-a cannot be evicted: zone-b has 1 of 3 pods unavailable/,
    );
    assert.doesNotMatch(
      await (await post('/evict', JSON.stringify(review('ingester-0')))).text(),
      /retryAfter/,
    );
  });

  it('denies when the zone is unknown', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0', { node: 'nowhere' });
    const answer = await evict('ingester-0');
    assert.equal(answer.code, 429);
    assert.match(answer.message, /its zone is unknown.*label its node/);
  });

  it('lets an unready pod go, and with IfHealthyBudget only within the budget', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {}, { 'zone-a': [3, 1], 'zone-b': [3, 1] });
    api.pod('ingester-0', { ready: false });
    const bound = { deleteOptions: { preconditions: { uid: 'uid-ingester-0', resourceVersion: '1002' } } };
    assert.equal((await evict('ingester-0', bound)).allowed, true);
    api.budget(
      'ingester',
      { unhealthyPodEvictionPolicy: 'IfHealthyBudget' },
      { 'zone-a': [3, 1], 'zone-b': [3, 1] },
    );
    assert.match((await evict('ingester-0', bound)).message, /zone-b has 1 of 3 pods unavailable/);
  });

  it('lets an unready pod go only at the version that was bound, as becoming Ready must make it fail', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0', { ready: false });
    // Available when it was bound, so that only its uid was.
    const answer = await evict('ingester-0', { deleteOptions: { preconditions: { uid: 'uid-ingester-0' } } });
    assert.equal(answer.code, 429);
    assert.match(answer.message, /ingester-0 has just changed; try again/);
  });

  it('answers 500 naming both when two budgets cover the pod', async () => {
    const { api, evict } = harness();
    api.budget('one', {});
    api.budget('two', {});
    api.pod('ingester-0');
    const answer = await evict('ingester-0');
    assert.deepEqual([answer.code, answer.reason], [500, 'InternalError']);
    assert.match(answer.message, /\(one, two\)/);
  });

  it('admits with a warning where the budget only rehearses, beside one that is enforced', async () => {
    const { api, evict } = harness();
    api.budget('rehearsal', { maxUnavailable: 0, dryRun: true });
    api.budget('enforced', { maxUnavailable: 1 });
    api.pod('ingester-0');
    const answer = await evict('ingester-0');
    assert.equal(answer.allowed, true);
    assert.match(
      answer.warnings.join(),
      /budget rehearsal \(dryRun\) would have denied this: .*maxUnavailable is 0/,
    );
  });

  it('gives dry runs of both kinds the true verdict and writes nothing', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0');
    assert.equal((await evict('ingester-0', { dryRun: true })).allowed, true);
    assert.equal((await evict('ingester-0', { deleteOptions: { dryRun: ['All'] } })).allowed, true);
    assert.deepEqual(api.status('ingester').reservations, undefined);
    api.budget('ingester', { maxUnavailable: 0 });
    assert.equal((await evict('ingester-0', { dryRun: true })).code, 429);
  });

  it('reads policy/v1beta1', async () => {
    const { api, evict } = harness();
    api.budget('ingester', { maxUnavailable: 0 });
    api.pod('ingester-0');
    assert.equal((await evict('ingester-0', { version: 'v1beta1' })).code, 429);
  });

  it('denies a budget that cannot be read, and one with an operator that nobody knows', async () => {
    const { api, evict } = harness();
    api.pod('ingester-0');
    for (const selector of [
      'nonsense',
      { matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] },
    ]) {
      api.budget('ingester', { selector });
      const answer = await evict('ingester-0');
      assert.equal(answer.code, 429);
      assert.match(answer.message, /budget ingester cannot be read/);
    }
  });

  it('lets the API server refuse an eviction of another pod, and denies one that is tied to an older version', async () => {
    const { api, evict } = harness();
    api.budget('ingester', { maxUnavailable: 0 });
    api.pod('ingester-0');
    assert.equal(
      (await evict('ingester-0', { deleteOptions: { preconditions: { uid: 'old' } } })).allowed,
      true,
    );
    const older = { preconditions: { uid: 'uid-ingester-0', resourceVersion: '1' } };
    assert.match(
      (await evict('ingester-0', { deleteOptions: older })).message,
      /has just changed; try again/,
    );
  });

  it('answers 400 to what is no review of an eviction', async () => {
    const { post } = harness();
    const pod = {
      ...review('x'),
      request: {
        ...(review('x') as { request: object }).request,
        kind: { group: '', version: 'v1', kind: 'Pod' },
      },
    };
    for (const body of ['', '{', '[]', '{}', JSON.stringify(pod)])
      assert.equal((await post('/evict', body)).status, 400, body);
  });

  it('denies with 429 when the API server cannot be reached or fails', async () => {
    const { api, evict } = harness();
    api.pod('ingester-0');
    for (const failure of [
      new ConnectionError('no route'),
      error(500, 'InternalError'),
      error(403, 'Forbidden'),
    ]) {
      api.before = () => {
        throw failure;
      };
      const answer = await evict('ingester-0');
      assert.equal(answer.code, 429);
      assert.ok(answer.message.includes(failure.message), answer.message);
    }
  });

  it('denies when the write fails, because then nobody knows whether it was done', async () => {
    const { api, evict } = harness();
    api.budget('ingester', {});
    api.pod('ingester-0');
    api.before = ({ method }) => {
      if (method === 'PUT') throw new ConnectionError('reset');
    };
    assert.equal((await evict('ingester-0')).code, 429);
  });

  it('denies when its own deadline passes, before the API server gives it up', async () => {
    const clock = manualClock();
    const { api, evict } = harness(clock);
    api.before = () => new Promise(() => {});
    const answer = evict('ingester-0');
    const deadlineMs = await clock.scheduled((delayMs) => delayMs > 1_000);
    assert.ok(deadlineMs < 5_000);
    clock.advance(deadlineMs);
    assert.match((await answer).message, /could not be decided in time/);
  });

  it('decides together and writes once what arrives while a write is in flight', async () => {
    const { api, evict, batches } = harness();
    api.budget('ingester', { maxUnavailable: 5 }, { 'zone-a': [10, 0] });
    for (let ordinal = 0; ordinal < 10; ordinal += 1) api.pod(`ingester-${ordinal}`);
    const write = Promise.withResolvers<void>();
    const writing = Promise.withResolvers<void>();
    api.before = ({ method }) => {
      if (method !== 'PUT') return;
      writing.resolve();
      return write.promise;
    };
    const first = evict('ingester-0');
    await writing.promise;
    const others = Array.from({ length: 9 }, (_, index) => evict(`ingester-${index + 1}`));
    await new Promise((resolve) => setImmediate(resolve));
    write.resolve();
    const answers = await Promise.all([first, ...others]);
    assert.equal(answers.filter(({ allowed }) => allowed).length, 5);
    assert.deepEqual(batches, [1, 9]);
    assert.equal(api.requests.filter((request) => request.startsWith('PUT')).length, 2);
  });

  it('reads the budget again after a conflict, and decides anew', async () => {
    const clock = manualClock();
    const { api, evict, conflicts } = harness(clock);
    api.budget('ingester', {});
    api.pod('ingester-0');
    let first = true;
    api.before = ({ method }) => {
      if (method !== 'PUT' || !first) return;
      first = false;
      api.budget('ingester', {}, { 'zone-a': [3, 0], 'zone-b': [3, 1] });
    };
    assert.match((await pump(clock, evict('ingester-0'))).message, /zone-b has 1 of 3 pods unavailable/);
    assert.equal(conflicts(), 1);
  });

  it('gives up with 429 when somebody else is always first', async () => {
    const clock = manualClock();
    const { api, evict } = harness(clock);
    api.budget('ingester', {});
    api.pod('ingester-0');
    api.before = ({ method }) => {
      if (method === 'PUT') api.touch('ingester');
    };
    const answer = pump(clock, evict('ingester-0'));
    assert.match((await answer).message, /too many evictions at the same time/);
  });
});

describe('POST /bind', () => {
  it('ties the eviction to the uid, and an unready pod to its version as well', async () => {
    const { api, bind } = harness();
    api.pod('ingester-0');
    assert.deepEqual((await bind('ingester-0')).patch, [
      { op: 'add', path: '/deleteOptions', value: { preconditions: { uid: 'uid-ingester-0' } } },
    ]);
    api.pod('ingester-0', { ready: false });
    const { patch } = await bind('ingester-0', { deleteOptions: { gracePeriodSeconds: 5 } });
    assert.deepEqual(patch, [
      {
        op: 'add',
        path: '/deleteOptions/preconditions',
        value: { uid: 'uid-ingester-0', resourceVersion: '1002' },
      },
    ]);
  });

  it('keeps what the client asks for, ties a pod that is going, and answers 404 where there is none', async () => {
    const { api, bind } = harness();
    api.pod('ingester-0');
    const { patch } = await bind('ingester-0', { deleteOptions: { preconditions: { uid: 'mine' } } });
    assert.deepEqual(patch, [{ op: 'add', path: '/deleteOptions/preconditions', value: { uid: 'mine' } }]);
    api.pod('leaving', { terminating: true });
    assert.deepEqual((await bind('leaving')).patch, [
      { op: 'add', path: '/deleteOptions', value: { preconditions: { uid: 'uid-leaving' } } },
    ]);
    const gone = await bind('gone');
    assert.deepEqual([gone.allowed, gone.code, gone.reason], [false, 404, 'NotFound']);
  });

  it('denies with 429 when the pod cannot be read', async () => {
    const { api, bind } = harness();
    api.before = () => {
      throw new ConnectionError('no route');
    };
    assert.equal((await bind('ingester-0')).code, 429);
  });
});
