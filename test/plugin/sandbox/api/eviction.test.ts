import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import {
  allReady,
  BUDGETS,
  budget,
  eviction,
  PODS,
  STATEFULSETS,
  statefulSet,
  template,
} from '../objects.ts';

async function threePods(client: Client, spec: object = {}): Promise<void> {
  await client.call('POST', STATEFULSETS, statefulSet('db', 3, spec));
  await client.until(PODS, allReady(3));
}

async function withBudget(client: Client, name: string, spec: object): Promise<void> {
  await client.call('POST', BUDGETS, budget(name, 'db', spec));
  await client.until(BUDGETS, (budgets) => budgets.every((found) => found.status?.observedGeneration));
}

function evict(
  client: Client,
  pod: string,
  options: object = {},
  query = '',
): Promise<{ code: number; body: Body }> {
  return client.call('POST', `${PODS}/${pod}/eviction${query}`, eviction(pod, options));
}

describe('evictions', () => {
  it('delete the pod, which the controller makes anew', () =>
    withSandbox({}, async (client) => {
      await threePods(client);
      const { body: before } = await client.call('GET', `${PODS}/db-0`);
      const { code, body } = await evict(client, 'db-0');
      assert.deepEqual([code, body.kind, body.status], [201, 'Status', 'Success']);
      await client.until(
        PODS,
        (pods) => allReady(3)(pods) && pods.every((pod) => pod.metadata.uid !== before.metadata.uid),
      );
    }));

  it('obey a budget and say so like the real server', () =>
    withSandbox({}, async (client) => {
      const slowEnd = { 'sim.kubectl-zone.dev/flush': '30s' };
      await threePods(client, { template: template({ app: 'db' }, 'app:1', slowEnd) });
      await withBudget(client, 'one', { maxUnavailable: 1 });
      const first = await evict(client, 'db-0');
      assert.equal(first.code, 201);
      const { code, body } = await evict(client, 'db-1');
      assert.equal(code, 429);
      assert.equal(body.reason, 'TooManyRequests');
      assert.equal(body.message, "Cannot evict pod as it would violate the pod's disruption budget.");
      assert.equal(body.details.causes[0].reason, 'DisruptionBudget');
    }));

  it('are answered with 500 when two budgets guard the pod', () =>
    withSandbox({}, async (client) => {
      await threePods(client);
      await withBudget(client, 'one', { maxUnavailable: 1 });
      await withBudget(client, 'two', { minAvailable: 0 });
      const { code, body } = await evict(client, 'db-0');
      assert.equal(code, 500);
      assert.match(body.message, /more than one PodDisruptionBudget/);
    }));

  it('check preconditions before they spend anything', () =>
    withSandbox({}, async (client) => {
      await threePods(client);
      await withBudget(client, 'one', { maxUnavailable: 1 });
      const stale = await evict(client, 'db-0', { preconditions: { uid: 'somebody-else' } });
      assert.deepEqual([stale.code, stale.body.reason], [409, 'Conflict']);
      assert.equal((await client.call('GET', `${BUDGETS}/one`)).body.status.disruptionsAllowed, 1);
    }));

  it('change nothing in a dry run, asked for in the query or in the body', () =>
    withSandbox({}, async (client) => {
      await threePods(client);
      await withBudget(client, 'one', { maxUnavailable: 1 });
      const { body: before } = await client.call('GET', PODS);
      assert.equal((await evict(client, 'db-0', {}, '?dryRun=All')).code, 201);
      assert.equal((await evict(client, 'db-0', { dryRun: ['All'] })).code, 201);
      const { body: after } = await client.call('GET', PODS);
      assert.equal(after.metadata.resourceVersion, before.metadata.resourceVersion);
      const none = budget('one', 'db', { maxUnavailable: 0 });
      await client.call('PATCH', `${BUDGETS}/one`, none, patchType('merge'));
      await client.until(BUDGETS, ([found]) => found.status.disruptionsAllowed === 0);
      assert.equal((await evict(client, 'db-0', { dryRun: ['All'] })).code, 429);
    }));

  it('take an unready pod under AlwaysAllow, and keep it otherwise', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, statefulSet('db', 3, { template: gated }));
      await client.until(
        PODS,
        (pods) => pods.length === 3 && pods.every((pod) => pod.status.phase === 'Running'),
      );
      await withBudget(client, 'one', { maxUnavailable: 1 });
      assert.equal((await evict(client, 'db-0')).code, 429);
      const allow = { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } };
      await client.call('PATCH', `${BUDGETS}/one`, allow, patchType('merge'));
      assert.equal((await evict(client, 'db-0')).code, 201);
    }));

  it('accept policy/v1beta1 and refuse other bodies', () =>
    withSandbox({}, async (client) => {
      await threePods(client);
      const beta = { ...eviction('db-0'), apiVersion: 'policy/v1beta1' };
      assert.equal((await client.call('POST', `${PODS}/db-0/eviction`, beta)).code, 201);
      assert.equal((await client.call('POST', `${PODS}/db-1/eviction`, { kind: 'Pod' })).code, 400);
      assert.equal((await client.call('POST', `${PODS}/nope/eviction`, eviction('nope'))).code, 404);
    }));
});

/** Pods that never get ready, because nobody opens their gate. */
const gated = {
  metadata: { labels: { app: 'db' }, annotations: { 'sim.kubectl-zone.dev/start': '0s' } },
  spec: { containers: [{ name: 'app', image: 'app:1' }], readinessGates: [{ conditionType: 'test/gate' }] },
};
