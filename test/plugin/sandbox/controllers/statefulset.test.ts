import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Body, type Client, patchType, withSandbox } from '../client.ts';
import { allReady, isReady, PODS, STATEFULSETS, statefulSet } from '../objects.ts';

const REVISIONS = '/apis/apps/v1/namespaces/default/controllerrevisions';
const HASH = 'controller-revision-hash';

async function create(client: Client, replicas: number, spec: object = {}): Promise<void> {
  await client.call('POST', STATEFULSETS, statefulSet('db', replicas, spec));
  await client.until(PODS, allReady(replicas));
}

function patch(client: Client, spec: object): Promise<{ body: Body }> {
  return client.call('PATCH', `${STATEFULSETS}/db`, { spec }, patchType('strategic'));
}

function setImage(client: Client, image: string): Promise<{ body: Body }> {
  return patch(client, { template: { spec: { containers: [{ name: 'app', image }] } } });
}

async function settled(client: Client, holds: (status: Body) => boolean): Promise<Body> {
  const [set] = await client.until(
    STATEFULSETS,
    ([found]) => found?.status?.observedGeneration === found?.metadata.generation && holds(found.status),
  );
  return set.status;
}

function imageOf(pod: Body): string {
  return pod.spec.containers[0].image;
}

describe('a StatefulSet', () => {
  it('has pods by ordinal with the labels of the real controller', () =>
    withSandbox({}, async (client) => {
      await create(client, 2, { ordinals: { start: 5 } });
      const { body } = await client.call('GET', PODS);
      assert.deepEqual(
        body.items.map((pod: Body) => pod.metadata.name),
        ['db-5', 'db-6'],
      );
      const [pod] = body.items;
      const { body: revisions } = await client.call('GET', REVISIONS);
      assert.equal(pod.metadata.labels[HASH], revisions.items[0].metadata.name);
      assert.equal(pod.metadata.labels['apps.kubernetes.io/pod-index'], '5');
      assert.equal(pod.metadata.labels['statefulset.kubernetes.io/pod-name'], 'db-5');
      assert.deepEqual([pod.spec.hostname, pod.spec.subdomain], ['db-5', 'db']);
      assert.equal(pod.metadata.ownerReferences[0].kind, 'StatefulSet');
      const [revision] = revisions.items;
      assert.deepEqual([revision.revision, revision.data.spec.template.$patch], [1, 'replace']);
    }));

  it('under OnDelete changes only the pods that are deleted, and leaves currentRevision behind', () =>
    withSandbox({}, async (client) => {
      await create(client, 3);
      const before = await settled(client, (status) => status.readyReplicas === 3);
      await setImage(client, 'app:2');
      await settled(client, (status) => status.updateRevision !== before.updateRevision);
      for (const name of ['db-0', 'db-1', 'db-2']) {
        const { body } = await client.call('DELETE', `${PODS}/${name}`);
        await client.until(
          PODS,
          (pods) => allReady(3)(pods) && pods.every(({ metadata }) => metadata.uid !== body.metadata.uid),
        );
      }
      const status = await settled(
        client,
        ({ updatedReplicas, readyReplicas }) => updatedReplicas === 3 && readyReplicas === 3,
      );
      assert.equal(status.currentRevision, before.currentRevision);
      assert.equal(status.currentReplicas, 0);
      assert.notEqual(status.updateRevision, status.currentRevision);
    }));

  it('rolls from the highest ordinal down to the partition', () =>
    withSandbox({}, async (client) => {
      await create(client, 4, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } });
      const { body: below } = await client.call('GET', `${PODS}/db-1`);
      await setImage(client, 'app:2');
      await client.until(
        PODS,
        (pods) => allReady(4)(pods) && pods.filter((pod) => imageOf(pod) === 'app:2').length === 2,
      );
      const { body } = await client.call('GET', PODS);
      assert.deepEqual(body.items.map(imageOf), ['app:1', 'app:1', 'app:2', 'app:2']);
      await client.call('DELETE', `${PODS}/db-0`);
      await client.until(PODS, allReady(4));
      assert.equal((await client.call('GET', `${PODS}/db-1`)).body.metadata.uid, below.metadata.uid);
      assert.equal(imageOf((await client.call('GET', `${PODS}/db-0`)).body), 'app:1');
      await patch(client, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } });
      const status = await settled(
        client,
        ({ currentRevision, updateRevision }) => currentRevision === updateRevision,
      );
      assert.equal(status.updatedReplicas, 4);
    }));

  it('stops rolling at a pod that does not get ready', () =>
    withSandbox({}, async (client) => {
      await create(client, 3, { updateStrategy: { type: 'RollingUpdate' } });
      await setImage(client, 'app:broken');
      const pods = await client.until(PODS, (all) =>
        all.some((pod) => pod.status.containerStatuses?.[0].state.waiting?.reason === 'ImagePullBackOff'),
      );
      assert.deepEqual(pods.filter(isReady).map(imageOf), ['app:1', 'app:1']);
    }));

  it('creates one after another under OrderedReady', () =>
    withSandbox({}, async (client) => {
      const spec = { podManagementPolicy: 'OrderedReady' };
      await client.call('POST', STATEFULSETS, statefulSet('db', 3, spec));
      let most = 0;
      await client.until(PODS, (pods) => {
        most = Math.max(most, pods.filter((pod) => !isReady(pod)).length);
        return allReady(3)(pods);
      });
      assert.equal(most, 1);
    }));

  it('scales from the end, and counts a pod as available after minReadySeconds', () =>
    withSandbox({}, async (client) => {
      await create(client, 3);
      await patch(client, { replicas: 1, minReadySeconds: 3600 });
      const pods = await client.until(PODS, (all) => all.length === 1);
      assert.equal(pods[0].metadata.name, 'db-0');
      const status = await settled(client, ({ replicas }) => replicas === 1);
      assert.deepEqual([status.readyReplicas, status.availableReplicas], [1, 0]);
    }));

  it('uses the revision of an earlier template again and makes it the newest', () =>
    withSandbox({}, async (client) => {
      await create(client, 1);
      const first = await settled(client, (status) => status.readyReplicas === 1);
      await setImage(client, 'app:2');
      await settled(client, (status) => status.updateRevision !== first.updateRevision);
      await setImage(client, 'app:1');
      await settled(client, (status) => status.updateRevision === first.updateRevision);
      const { body } = await client.call('GET', REVISIONS);
      const numbers = new Map(
        body.items.map((revision: Body) => [revision.metadata.name, revision.revision]),
      );
      assert.deepEqual([numbers.size, numbers.get(first.updateRevision)], [2, 3]);
    }));

  it('forgets revisions beyond its limit', () =>
    withSandbox({}, async (client) => {
      await create(client, 1, { revisionHistoryLimit: 1, updateStrategy: { type: 'RollingUpdate' } });
      for (const image of ['app:2', 'app:3', 'app:4']) {
        await setImage(client, image);
        await client.until(PODS, (pods) => allReady(1)(pods) && imageOf(pods[0]) === image);
      }
      const left = await client.until(REVISIONS, (revisions) => revisions.length === 2);
      assert.deepEqual(left.map((revision) => revision.revision).sort(), [3, 4]);
    }));

  it('adopts pods that were left behind as orphans', () =>
    withSandbox({}, async (client) => {
      await create(client, 2);
      const { body: before } = await client.call('GET', PODS);
      await client.call('DELETE', `${STATEFULSETS}/db`, { propagationPolicy: 'Orphan' });
      await client.until(PODS, (pods) => pods.every((pod) => !pod.metadata.ownerReferences?.length));
      const { body: set } = await client.call('POST', STATEFULSETS, statefulSet('db', 2));
      const pods = await client.until(PODS, (all) =>
        all.every((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid),
      );
      assert.deepEqual(
        pods.map((pod) => pod.metadata.uid).sort(),
        before.items.map((pod: Body) => pod.metadata.uid).sort(),
      );
    }));

  for (const propagationPolicy of ['Background', 'Foreground'])
    it(`takes its pods along when it is deleted in the ${propagationPolicy.toLowerCase()}`, () =>
      withSandbox({}, async (client) => {
        await create(client, 2);
        await client.call('DELETE', `${STATEFULSETS}/db`, { propagationPolicy });
        for (const path of [PODS, STATEFULSETS, REVISIONS])
          await client.until(path, (objects) => objects.length === 0);
      }));
});
