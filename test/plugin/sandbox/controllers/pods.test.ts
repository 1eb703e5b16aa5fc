import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import { allReady, isReady, PODS, STATEFULSETS, statefulSet, template } from '../objects.ts';

const NODES = '/api/v1/nodes';
const ZONE = 'topology.kubernetes.io/zone';

function zonesOf(pods: readonly Body[]): string[] {
  return pods.map((pod) => pod.metadata.labels[ZONE]).sort();
}

async function cordon(client: Client, zone: string, unschedulable: boolean): Promise<void> {
  const { body } = await client.call('GET', `${NODES}?labelSelector=${ZONE}%3D${zone}`);
  for (const { metadata } of body.items)
    await client.call(
      'PATCH',
      `${NODES}/${metadata.name}`,
      { spec: { unschedulable } },
      patchType('strategic'),
    );
}

function conditionOf(pod: Body, type: string): Body {
  return pod.status.conditions?.find((condition: Body) => condition.type === type);
}

describe('the scheduler', () => {
  it('spreads over the zones and labels the pods with theirs', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, statefulSet('db', 6));
      const pods = await client.until(PODS, allReady(6));
      assert.deepEqual(zonesOf(pods), ['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c']);
      assert.equal(new Set(pods.map((pod) => pod.spec.nodeName)).size, 6);
    }));

  it('brings a pod back to its zone, and lets it wait when that has no node', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, statefulSet('db', 3));
      const pods = await client.until(PODS, allReady(3));
      const home = pods.find((pod) => pod.metadata.name === 'db-0')?.metadata.labels[ZONE];
      await cordon(client, home, true);
      await client.call('DELETE', `${PODS}/db-0`);
      const waiting = await client.until(PODS, (all) =>
        all.some((pod) => conditionOf(pod, 'PodScheduled')?.status === 'False'),
      );
      const pending = waiting.find((pod) => pod.metadata.name === 'db-0');
      assert.deepEqual(
        [pending.status.phase, conditionOf(pending, 'PodScheduled').reason],
        ['Pending', 'Unschedulable'],
      );
      assert.match(
        conditionOf(pending, 'PodScheduled').message,
        /^0\/6 nodes are available: 2 node\(s\) were unschedulable, 4 node\(s\) had volume node affinity conflict\./,
      );
      await cordon(client, home, false);
      const back = await client.until(PODS, allReady(3));
      assert.equal(back.find((pod) => pod.metadata.name === 'db-0').metadata.labels[ZONE], home);
    }));

  it('obeys node selectors', () =>
    withSandbox({}, async (client) => {
      const spec = { containers: [{ name: 'app', image: 'app:1' }], nodeSelector: { [ZONE]: 'zone-b' } };
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 3, { template: { ...template({ app: 'db' }), spec } }),
      );
      const pods = await client.until(
        PODS,
        (all) => all.length === 3 && all.every((pod) => pod.spec.nodeName),
      );
      assert.deepEqual(zonesOf(pods), ['zone-b', 'zone-b', 'zone-b']);
    }));
});

describe('the kubelet', () => {
  it('opens Ready only when every readiness gate is true', () =>
    withSandbox({}, async (client) => {
      const spec = {
        containers: [{ name: 'app', image: 'app:1' }],
        readinessGates: [{ conditionType: 'test/healthy' }],
      };
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 1, { template: { ...template({ app: 'db' }), spec } }),
      );
      const [closed] = await client.until(
        PODS,
        ([pod]) => pod && conditionOf(pod, 'ContainersReady')?.status === 'True',
      );
      assert.deepEqual(
        [conditionOf(closed, 'Ready').status, conditionOf(closed, 'Ready').reason],
        ['False', 'ReadinessGatesNotReady'],
      );
      const open = { status: { conditions: [{ type: 'test/healthy', status: 'True' }] } };
      await client.call('PATCH', `${PODS}/db-0/status`, open, patchType('strategic'));
      const [opened] = await client.until(PODS, ([pod]) => isReady(pod));
      assert.equal(conditionOf(opened, 'test/healthy').status, 'True');
    }));

  it('reports images that cannot be pulled', () =>
    withSandbox({}, async (client) => {
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 1, { template: template({ app: 'db' }, 'app:broken') }),
      );
      const reasons = new Set<string>();
      const [pod] = await client.until(PODS, ([found]) => {
        const reason = found?.status.containerStatuses?.[0].state.waiting?.reason;
        if (reason) reasons.add(reason);
        return reason === 'ImagePullBackOff';
      });
      assert.ok(reasons.has('ErrImagePull'));
      assert.deepEqual([pod.status.phase, isReady(pod)], ['Pending', false]);
      assert.match(
        pod.status.containerStatuses[0].state.waiting.message,
        /Back-off pulling image "app:broken"/,
      );
    }));

  it('reports containers that keep crashing, with their restarts', () =>
    withSandbox({}, async (client) => {
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 1, { template: template({ app: 'db' }, 'app:crash') }),
      );
      const [pod] = await client.until(
        PODS,
        ([found]) => found?.status.containerStatuses?.[0].state.waiting?.reason === 'CrashLoopBackOff',
      );
      const [status] = pod.status.containerStatuses;
      assert.deepEqual(
        [status.restartCount, status.lastState.terminated.exitCode, isReady(pod)],
        [1, 1, false],
      );
    }));

  it('lets a pod flush for as long as its annotation says, within the grace period', () =>
    withSandbox({}, async (client) => {
      const annotations = { 'sim.kubectl-zone.dev/flush': '1h' };
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 1, { template: template({ app: 'db' }, 'app:1', annotations) }),
      );
      await client.until(PODS, allReady(1));
      const { body } = await client.call('DELETE', `${PODS}/db-0`);
      assert.equal(body.metadata.deletionGracePeriodSeconds, 30);
      const { body: still } = await client.call('GET', `${PODS}/db-0`);
      assert.equal(still.metadata.uid, body.metadata.uid);
      await client.call('DELETE', `${PODS}/db-0`, { gracePeriodSeconds: 0 });
      await client.until(PODS, ([pod]) => pod && pod.metadata.uid !== body.metadata.uid);
    }));

  it('hurries when the grace period is shortened', () =>
    withSandbox({}, async (client) => {
      const annotations = { 'sim.kubectl-zone.dev/flush': '1h' };
      await client.call(
        'POST',
        STATEFULSETS,
        statefulSet('db', 1, { template: template({ app: 'db' }, 'app:1', annotations) }),
      );
      await client.until(PODS, allReady(1));
      const { body } = await client.call('DELETE', `${PODS}/db-0`, { gracePeriodSeconds: 3600 });
      await client.call('DELETE', `${PODS}/db-0`, { gracePeriodSeconds: 1 });
      await client.until(PODS, ([pod]) => pod && pod.metadata.uid !== body.metadata.uid);
    }));

  it('tells what it does in events', () =>
    withSandbox({}, async (client) => {
      await client.call('POST', STATEFULSETS, statefulSet('db', 1));
      await client.until(PODS, allReady(1));
      const { body } = await client.call(
        'GET',
        '/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Ddb-0',
      );
      assert.deepEqual(
        body.items.map((event: Body) => event.reason),
        ['Scheduled', 'Pulled', 'Started'],
      );
    }));
});

describe('a node that is deleted', () => {
  it('takes its pods along, however long they would flush', () =>
    withSandbox({}, async (client) => {
      const annotations = { 'sim.kubectl-zone.dev/flush': '1h' };
      const slowEnd = template({ app: 'db' }, 'app:1', annotations);
      await client.call('POST', STATEFULSETS, statefulSet('db', 3, { template: slowEnd }));
      const pods = await client.until(PODS, allReady(3));
      const lost = pods.find((pod) => pod.metadata.name === 'db-0');
      await client.call('DELETE', `${NODES}/${lost.spec.nodeName}`);
      const again = await client.until(
        PODS,
        (all) => allReady(3)(all) && all.every((pod) => pod.metadata.uid !== lost.metadata.uid),
      );
      assert.deepEqual(zonesOf(again), zonesOf(pods));
    }));
});
