import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { V1ClusterRole, V1PolicyRule, V1Role } from '@kubernetes/client-node';
import { loadAll } from 'js-yaml';
import { SINCE } from '../../shared/kube/server-version.ts';
import { runInProcess } from '../helpers/context.ts';
import type { ControlPlaneCluster } from './control-plane-cluster.ts';
import { deploymentBench } from './deployment-bench.ts';
import { namespace } from './fixtures.ts';
import { minorOf } from './observe.ts';
import { assertOneZoneAtATime, ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'access';
const ROLES = join(import.meta.dirname, '..', '..', 'manifests', 'rbac', 'rollout.yaml');

/** What is left out of the documented Role, and the complaint that it brings. */
const LACKING: readonly (readonly [name: string, resource: string, verb: string, says: RegExp])[] = [
  ['evictor', 'pods/eviction', 'create', /cannot create pods\/eviction in namespace access: ask for a Role/],
  [
    'leaser',
    'leases',
    'patch',
    /cannot patch leases \(coordination.k8s.io\) "zone-rollout-statefulset-limited"/,
  ],
  ['maker', 'leases', 'create', /cannot create leases \(coordination.k8s.io\) in namespace access/],
  ['watcher', 'pods', 'watch', /cannot watch pods in namespace access/],
];

/** RBAC: what is missing is named before anything is touched, and the documented Role is enough. */
export function rolloutAccessSuite(start: () => Promise<ControlPlaneCluster>): void {
  describe('rollout: access', () => {
    let cluster: ControlPlaneCluster;
    let bench: RolloutBench;
    let role: V1Role;
    let clusterRole: V1ClusterRole;

    before(async () => {
      cluster = await start();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      const documents = loadAll(await readFile(ROLES, 'utf8')) as [V1Role, V1ClusterRole];
      [role, clusterRole] = documents;
      await cluster.apply(clusterRole);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    /** A user with these rules in the namespace, and the nodes if asked for; resolves with its kubeconfig. */
    const userWith = async (user: string, rules: readonly V1PolicyRule[], { nodes }: { nodes: boolean }) => {
      const apiGroup = 'rbac.authorization.k8s.io';
      const subjects = [{ kind: 'User', name: user, apiGroup }];
      const metadata = { name: user, namespace: NAMESPACE };
      await cluster.apply(
        { ...role, metadata, rules },
        {
          apiVersion: `${apiGroup}/v1`,
          kind: 'RoleBinding',
          metadata,
          subjects,
          roleRef: { kind: 'Role', name: user, apiGroup },
        },
        ...(nodes
          ? [
              {
                apiVersion: `${apiGroup}/v1`,
                kind: 'ClusterRoleBinding',
                metadata: { name: user },
                subjects,
                roleRef: { kind: 'ClusterRole', name: clusterRole.metadata?.name, apiGroup },
              },
            ]
          : []),
      );
      return cluster.kubeconfigFor(user);
    };

    it('needs no more than the documented Role and ClusterRole', async () => {
      await bench.stale({ name: 'enough', replicas: 6, strategy: 'RollingUpdate', partition: 6 });
      const witness = await bench.witness('enough');
      const kubeconfig = await userWith('operator', role.rules ?? [], { nodes: true });
      const { events } = await ended(
        runInProcess(kubeconfig, bench.words('enough', '--yes', '--restore-strategy')),
        0,
      );
      // That of the partition only: none is about a right that is missing.
      assert.deepEqual(
        events.flatMap(({ type, message }) => (type === 'notice' ? `${message}`.slice(0, 15) : [])),
        ['its partition 6'],
      );
      await assertOneZoneAtATime(witness, 2);
    });

    it('takes the zones from the pods where nodes may not be listed, and says what is missing where they have none', async () => {
      await bench.stale({ name: 'nodeless', replicas: 6 });
      const witness = await bench.witness('nodeless');
      const versions = await bench.versions('nodeless');
      const kubeconfig = await userWith('tenant', role.rules ?? [], { nodes: false });
      const run = runInProcess(kubeconfig, bench.words('nodeless'));
      if ((await minorOf(cluster)) >= SINCE.podZoneLabels) {
        const { events } = await ended(run, 0);
        assert.ok(events.some(({ message }) => /no permission to list nodes/.test(message ?? '')));
      } else {
        const { stderr } = await ended(run, 1);
        assert.match(
          stderr,
          /^error: the zone of nodeless-0, .*: there is no permission to list nodes, and these pods carry no/,
        );
        assert.match(stderr, /ask for a ClusterRole that allows list and watch on nodes/);
        assert.equal(await bench.versions('nodeless'), versions);
      }
      await assertOneZoneAtATime(witness, 2);
    });

    it('lets the documented Role change the template and turn it back', async () => {
      await bench.apply({ name: 'changed', replicas: 3 });
      await cluster.waitReady('StatefulSet', 'changed', NAMESPACE);
      const kubeconfig = await userWith('changer', role.rules ?? [], { nodes: true });
      for (const flags of [['--image=main=app:v2'], ['--undo']]) {
        const { events } = await ended(
          runInProcess(kubeconfig, bench.words('changed', ...flags, '--yes')),
          0,
        );
        assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
      }
    });

    it('lets the documented Role roll a Deployment out', async () => {
      const deployments = deploymentBench(cluster, NAMESPACE);
      await deployments.whole({ name: 'deployed', replicas: 3 });
      const kubeconfig = await userWith('deployer', role.rules ?? [], { nodes: true });
      for (const flags of [['--image=main=app:v2'], ['--undo']]) {
        const words = ['rollout', 'deploy/deployed', '-n', NAMESPACE, '-o', 'json', '--yes', ...flags];
        const { events } = await ended(runInProcess(kubeconfig, words), 0);
        assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
      }
      await deployments.close();
    });

    it('goes on without the values of ZoneAwareUpdates that may not be listed, and says so', async () => {
      await bench.stale({ name: 'undefaulted', replicas: 3 });
      const rules = (role.rules ?? []).filter(({ resources }) => !resources?.includes('zoneawareupdates'));
      const kubeconfig = await userWith('plain', rules, { nodes: true });
      const { events } = await ended(runInProcess(kubeconfig, bench.words('undefaulted')), 0);
      assert.deepEqual(
        events.flatMap(({ type, message }) => (type === 'notice' ? message : [])),
        [
          'no permission to list zoneawareupdates: if one refers to this StatefulSet, its values are not used',
        ],
      );
    });

    for (const [user, resource, verb, says] of LACKING) {
      it(`names a missing right to ${verb} ${resource}, and touches nothing`, async () => {
        await bench.stale({ name: 'limited', replicas: 3 });
        const versions = await bench.versions('limited');
        const rules = (role.rules ?? []).map((rule) =>
          rule.resources?.includes(resource)
            ? { ...rule, verbs: rule.verbs.filter((each) => each !== verb) }
            : rule,
        );
        const kubeconfig = await userWith(
          user,
          rules.filter(({ verbs }) => verbs.length > 0),
          { nodes: true },
        );
        const { stderr } = await ended(runInProcess(kubeconfig, bench.words('limited')), 1);
        assert.match(stderr, says);
        assert.match(stderr, /nothing was changed/);
        assert.equal(await bench.versions('limited'), versions);
      });
    }
  });
}
