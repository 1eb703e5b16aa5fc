import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { objectsIn } from '../manifests/read.ts';
import { applyWeb, checkReport, idsOf } from './check-bench.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';

const NAMESPACE = 'zone-check-access';

/** Rights of `kubectl zone check`, for the control plane: the sandbox lets everybody do everything. */
export function checkAccessSuite(factory: ClusterFactory): void {
  describe('check: access', () => {
    let cluster: TestCluster;

    before(async () => {
      cluster = await factory();
      await applyWeb(cluster, NAMESPACE);
    });
    after(() => cluster.stop());

    it('needs no more than its roles, and tells what it may not read', async () => {
      await cluster.apply(
        ...(await objectsIn('rbac/check.yaml')).filter(({ kind }) => kind === 'ClusterRole'),
      );
      await cluster.apply(
        binding('RoleBinding', 'zone-check-workloads', 'checker'),
        binding('ClusterRoleBinding', 'zone-check-cluster', 'checker'),
        binding('RoleBinding', 'zone-check-workloads', 'guest'),
      );
      const asUser = (user: string) => checkReport(cluster, 1, ['deploy/web', '-n', NAMESPACE, '--as', user]);
      assert.deepEqual(idsOf(await asUser('checker'), 'skipped'), []);
      const guest = await asUser('guest');
      assert.ok(idsOf(guest, 'skipped').includes('readiness-gate-missing'));
      const reasons = guest.findings.map(({ consequence }) => consequence).join('\n');
      assert.match(reasons, /^not checked: no permission to get namespaces "zone-check-access"$/m);
      assert.match(reasons, /no permission to list ingressclasses\.networking\.k8s\.io/);
    });
  });
}

function binding(kind: 'RoleBinding' | 'ClusterRoleBinding', role: string, user: string) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: {
      name: `${role}-${user}`,
      ...(kind === 'RoleBinding' && { namespace: NAMESPACE }),
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}
