import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openDrain, type WatchedDrain } from '../../../plugin/drain/open-drain.ts';
import type { DrainFilters } from '../../../plugin/drain/request.ts';
import { fetchTargets } from '../../../plugin/drain/targets.ts';
import type { RemovalWay } from '../../../shared/removals/pod-removal.ts';
import { type ManualClock, manualClock } from '../../helpers/manual-clock.ts';
import { NO_FLAGS } from './builders.ts';
import { type FakeCluster, fakeCluster, NAMESPACE, settle } from './fake-cluster.ts';

const APPS = '/apis/apps/v1';
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
const ZONE_BUDGETS = '/apis/zonecontrol.k8s.aws/v1/zonedisruptionbudgets';

describe('what a drain sees', () => {
  let cluster: FakeCluster;
  let clock: ManualClock;
  let scene: WatchedDrain;

  beforeEach(() => {
    clock = manualClock();
    cluster = fakeCluster(clock);
    cluster.addNode('old', 'zone-a');
    cluster.addNode('new', 'zone-b');
    cluster.addSet('ingester', 2);
    cluster.addPod('ingester-0', 'old');
    cluster.addPod('ingester-1', 'new');
  });
  afterEach(() => scene.stop());

  async function sight(filters: Partial<DrainFilters> = {}, removal: Partial<RemovalWay> = {}) {
    const nodes = await fetchTargets(cluster.kube, { names: ['old'], selector: undefined, zones: [] });
    scene = await openDrain(
      cluster.kube,
      { nodes, zoneBudgets: true },
      {
        filters: { ...NO_FLAGS, ...filters },
        removal: { disableEviction: false, gracePeriodSeconds: undefined, ...removal },
        options: { zoneOrder: [], maxNodes: undefined, soakMs: 0, pendingMs: 60_000, ignoreBroken: [] },
      },
      {
        clock,
        random: () => 0.5,
        processIdentity: { host: 'laptop', user: 'bert', pid: 1 },
      },
    );
    return scene.firstLook(new AbortController().signal);
  }
  const again = async () => {
    await settle();
    return scene.observer.look({ nowMs: clock.monotonicMs(), serverNowMs: scene.kube.serverNowMs() });
  };
  const enforce = () => {
    cluster.fake.put('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    cluster.fake.put('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
      metadata: { name: 'kubectl-zone' },
      webhooks: [{ name: 'evictions.kubectl-zone.dev' }],
    });
  };
  const hold = (workload = 'statefulset-ingester') =>
    cluster.fake.put(LEASES, {
      metadata: { name: `zone-rollout-${workload}`, namespace: NAMESPACE },
      spec: { holderIdentity: 'anna', leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00Z' },
    });

  it('is the pods on the nodes, and all pods of their workloads', async () => {
    const { observation } = await sight();
    assert.deepEqual(observation.nodes, [{ name: 'old', zone: 'zone-a', cordoned: false }]);
    assert.deepEqual(
      observation.pods.map(({ name, node, zone, available, workload }) => ({
        name,
        node,
        zone,
        available,
        workload,
      })),
      [{ name: 'ingester-0', node: 'old', zone: 'zone-a', available: true, workload: 'set-ingester' }],
    );
    assert.deepEqual(observation.workloads, [
      {
        key: 'set-ingester',
        namespace: NAMESPACE,
        label: 'statefulset/ingester',
        guard: 'none',
        zones: [
          { zone: 'zone-a', total: 1, down: [] },
          { zone: 'zone-b', total: 1, down: [] },
        ],
        down: [],
        rolloutHolder: undefined,
        unclaimed: { problem: undefined },
      },
    ]);
  });

  it('keeps a workload in sight when its last pod has left, and misses the pod where it was', async () => {
    await sight();
    cluster.removePod('ingester-0');
    const { observation } = await again();
    assert.deepEqual(observation.pods, []);
    assert.deepEqual(observation.workloads[0]?.down, [
      { name: 'ingester-0', zone: 'zone-a', problem: 'missing', unschedulable: undefined },
    ]);
  });

  it('knows the zone of a node that is gone', async () => {
    await sight();
    cluster.removeNode('old');
    cluster.removePod('ingester-0');
    cluster.addPod('ingester-0', '', { ready: false });
    const { observation } = await again();
    assert.equal(observation.workloads[0]?.down[0]?.zone, 'zone-a');
    assert.deepEqual(observation.nodes, []);
  });

  it('tells what the scheduler says of a pod that no node takes', async () => {
    clock.advance(10_000);
    const lastTransitionTime = new Date(clock.nowMs() - 3_000).toISOString();
    const message = '0/2 nodes are available';
    const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
    cluster.addPod('ingester-1', '', { ready: false, conditions: [{ ...condition, lastTransitionTime }] });
    const { observation } = await sight();
    assert.deepEqual(observation.workloads[0]?.down[0]?.unschedulable, {
      message,
      sinceMs: clock.monotonicMs() - 3_000,
    });
  });

  /** One pod of the Deployment `web`. */
  function addDeployment(): void {
    const spec = { replicas: 1, template: { metadata: { labels: { app: 'web' } } } };
    cluster.fake.put(`${APPS}/deployments`, {
      metadata: { name: 'web', namespace: NAMESPACE, uid: 'deployment' },
      spec,
    });
    const reference = (kind: string, name: string, uid: string) => [
      { apiVersion: 'apps/v1', kind, name, uid, controller: true },
    ];
    const owned = reference('Deployment', 'web', 'deployment');
    const set = { name: 'webset', namespace: NAMESPACE, uid: 'set', ownerReferences: owned };
    cluster.fake.put(`${APPS}/replicasets`, { metadata: set, spec });
    const ownerReferences = reference('ReplicaSet', 'webset', 'set');
    const metadata = { name: 'web-x', namespace: NAMESPACE, uid: 'web-x', ownerReferences };
    const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    cluster.fake.put('/api/v1/pods', { metadata, spec: { nodeName: 'old', containers: [] }, status: ready });
  }

  it('finds the Deployment above a ReplicaSet, also when that is gone', async () => {
    addDeployment();
    const { observation } = await sight();
    const labels = () => observation.workloads.map(({ label }) => label).sort();
    assert.deepEqual(labels(), ['deployment/web', 'statefulset/ingester']);

    cluster.fake.remove(`${APPS}/replicasets`, 'webset');
    cluster.removePod('web-x');
    const later = (await again()).observation.workloads.find(({ key }) => key === 'deployment');
    assert.equal(later?.down.length, 1);
  });

  it('counts a zone budget itself where no webhook does', async () => {
    cluster.addZoneBudget('ingester', 1);
    const { observation } = await sight();
    assert.equal(observation.workloads[0]?.guard, 'zone-budget');
    assert.deepEqual(observation.zoneBudgets.get(`${NAMESPACE}/ingester`)?.view, {
      zones: [
        { zone: 'zone-a', expected: 1, unavailable: 0 },
        { zone: 'zone-b', expected: 1, unavailable: 0 },
      ],
      reservations: [],
      maxUnavailable: 1,
    });
  });

  it('takes the word of the webhook where it enforces, unless pods are deleted past it', async () => {
    enforce();
    cluster.addZoneBudget('ingester', 1);
    const view = async (removal: Partial<RemovalWay>) => {
      const { observation } = await sight({}, removal);
      return observation.zoneBudgets.get(`${NAMESPACE}/ingester`)?.view ?? {};
    };
    const enforced = await view({});
    await scene.stop();
    assert.ok('code' in enforced && enforced.code === 'not-counted');
    assert.ok('zones' in (await view({ disableEviction: true })));
  });

  it('shows a budget that cannot be read as one that lets nobody go', async () => {
    cluster.fake.put(ZONE_BUDGETS, {
      metadata: { name: 'odd', namespace: NAMESPACE },
      spec: { maxUnavailable: {} },
    });
    const { observation } = await sight();
    assert.deepEqual(observation.pods[0]?.zoneBudgets, [`${NAMESPACE}/odd`]);
    const view = observation.zoneBudgets.get(`${NAMESPACE}/odd`)?.view;
    assert.ok(view && 'code' in view && view.code === 'invalid-budget');
  });

  it('names who rolls a workload out', async () => {
    hold();
    assert.equal((await sight()).observation.workloads[0]?.rolloutHolder, 'anna');
  });

  it('has one Lease for the pods of a namespace without an owner, and nobody to bring them back', async () => {
    cluster.addPod('bare', 'old');
    hold('pods-without-owner');
    const { observation, leasables } = await sight({ force: true });
    const key = observation.pods.find(({ name }) => name === 'bare')?.workload ?? '';
    const found = observation.workloads.find((workload) => workload.key === key);
    assert.deepEqual([found?.rolloutHolder, found?.zones, found?.down], ['anna', [], []]);
    assert.equal(leasables.get(key)?.name, 'without-owner');
  });

  it('tells which workloads share a zone budget', async () => {
    cluster.addZoneBudget('ingester', 1);
    const { workloads } = (await sight()).observation;
    assert.deepEqual(workloads[0]?.zoneBudgets, [`${NAMESPACE}/ingester`]);
  });

  it('names who rolls it out also where a webhook enforces a budget: who deletes pods does not ask it', async () => {
    hold();
    enforce();
    cluster.addZoneBudget('ingester', 1);
    assert.equal((await sight()).observation.workloads[0]?.rolloutHolder, 'anna');
  });

  it('names who rolls a Deployment out in any case: the webhook does not see what its ReplicaSets delete', async () => {
    addDeployment();
    hold('deployment-web');
    enforce();
    cluster.addZoneBudget('web', 1);
    const { workloads } = (await sight()).observation;
    assert.equal(workloads.find(({ key }) => key === 'deployment')?.rolloutHolder, 'anna');
  });

  it('tells which pods stay for want of a flag', async () => {
    cluster.addPod('bare', 'old');
    const { observation, refused } = await sight();
    assert.equal(observation.pods.length, 1);
    assert.deepEqual(
      refused.map(({ record, refusal }) => [record.name, refusal.flag]),
      [['bare', '--force']],
    );
  });

  it('looks again when a pod that goes too slowly is not waited for any more', async () => {
    const pod = cluster.fake.get('/api/v1/pods', 'ingester-0');
    if (!pod) throw new Error('there is no such pod');
    const metadata = { ...pod.metadata, deletionTimestamp: '2026-01-01T00:00:30Z' };
    cluster.fake.put('/api/v1/pods', { ...pod, metadata });
    const { recheckInMs = 0, observation } = await sight({ skipWaitForDeleteMs: 5_000 });
    assert.equal(observation.pods.length, 1);
    assert.equal(recheckInMs, 35_001);
    clock.setWall(3_600_000);
    clock.advance(recheckInMs - 1);
    assert.equal((await again()).observation.pods.length, 1, 'this machine’s clock does not matter');
    clock.advance(1);
    assert.deepEqual((await again()).observation.pods, []);
  });

  it('counts the zones with pods down that had served', async () => {
    await sight();
    cluster.addPod('ingester-1', 'new', { ready: false });
    assert.equal((await again()).zonesDown, 1);
    cluster.addPod('ingester-0', 'old', { ready: false });
    assert.equal((await again()).zonesDown, 2);
  });
});
