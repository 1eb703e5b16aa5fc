import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TestCluster } from '../cluster/cluster.ts';
import { clusterOf } from '../cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../cluster/fixtures.ts';
import { evict, podNamed, waitThereIs } from '../cluster/observe.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

const NAMESPACE = 'harness';

/** What only the control plane can do: users with real RBAC, an API server that goes away, pods without a scheduler. */
export function controlPlaneSuite(): void {
  describe('control plane', () => {
    let controlPlane: ControlPlane;
    let cluster: TestCluster;

    before(async () => {
      controlPlane = await startControlPlane({ zones: ['zone-x'], nodesPerZone: 1 });
      cluster = await clusterOf(controlPlane);
      await cluster.apply(namespace(NAMESPACE));
    });
    after(() => cluster.stop());

    it('knows a user as soon as there is a token, and lets RBAC decide what it may do', async () => {
      const kubeconfigPath = await controlPlane.kubeconfigFor('jane', ['sre']);
      const canList = async () =>
        (await cluster.kubectl(['auth', 'can-i', 'list', 'pods', '-n', NAMESPACE], { kubeconfigPath }))
          .stdout;
      const whoAmI = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], { kubeconfigPath });
      assert.match(whoAmI.stdout, /"username": "jane"/);
      assert.match(whoAmI.stdout, /"sre"/);

      assert.equal((await canList()).trim(), 'no');
      const binding = ['create', 'rolebinding', 'sre', '--clusterrole=view', '--group=sre', '-n', NAMESPACE];
      assert.equal((await cluster.kubectl(binding)).code, 0);
      assert.equal((await canList()).trim(), 'yes');
    });

    it('refuses a token that it was not told of', async () => {
      const args = [
        'get',
        'pods',
        '--server',
        controlPlane.url,
        '--certificate-authority',
        controlPlane.caPath,
      ];
      const { code, stderr } = await cluster.kubectl([...args, '--token', 'unknown'], {
        kubeconfigPath: '/dev/null',
      });
      assert.equal(code, 1);
      assert.match(stderr, /Unauthorized/);
    });

    it('goes on after the API server was away', async () => {
      await cluster.apply(statefulSet({ name: 'patient', namespace: NAMESPACE, replicas: 1 }));
      await cluster.waitReady('StatefulSet', 'patient', NAMESPACE);
      const old = await podNamed(cluster, NAMESPACE, 'patient-0');
      const { 'kube-apiserver': killed } = controlPlane.pids();

      await controlPlane.restartApiServer(2_000);
      assert.notEqual(controlPlane.pids()['kube-apiserver'], killed);
      assert.deepEqual(await podNamed(cluster, NAMESPACE, 'patient-0'), old);

      await evict(cluster, { namespace: NAMESPACE, pod: 'patient-0' });
      await cluster.waitReady('StatefulSet', 'patient', NAMESPACE);
      assert.notEqual((await podNamed(cluster, NAMESPACE, 'patient-0')).uid, old.uid);
    });

    it('without a scheduler leaves pods unscheduled, and stopped leaves no process and no file', async (t) => {
      const options = { zones: ['zone-x'], nodesPerZone: 1, schedulerless: true };
      const brief = await startControlPlane(options);
      t.after(() => brief.stop());
      const onBrief = await clusterOf(brief);
      await onBrief.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'waiting', namespace: NAMESPACE, replicas: 1 }),
      );
      await waitThereIs(onBrief, 'pod/waiting-0', '-n', NAMESPACE);
      const pod = await podNamed(onBrief, NAMESPACE, 'waiting-0');
      assert.deepEqual([pod.phase, pod.zone], ['Pending', undefined]);

      const pids = Object.values(brief.pids());
      await onBrief.stop();
      assert.equal(pids.length, 4);
      for (const pid of pids) assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
      assert.equal(existsSync(dirname(dirname(brief.kubeconfigPath))), false);
    });
  });
}
