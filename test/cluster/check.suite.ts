import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { V1Service } from '@kubernetes/client-node';
import type { CheckReport } from '../../plugin/check/report.ts';
import { runInProcess } from '../helpers/context.ts';
import { at, MANIFESTS, objectsIn } from '../manifests/read.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { deployment, namespace, statefulSet } from './fixtures.ts';

const NAMESPACE = 'zone-check';
const WEB = 'deploy/web';

/** As the AWS Load Balancer Controller installs it, but for its schema. */
const TARGET_GROUP_BINDINGS = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'targetgroupbindings.elbv2.k8s.aws' },
  spec: {
    group: 'elbv2.k8s.aws',
    names: { kind: 'TargetGroupBinding', plural: 'targetgroupbindings', singular: 'targetgroupbinding' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
};

/** `kubectl zone check`, as it must be on every cluster. */
export function checkSuite(factory: ClusterFactory): void {
  describe('check', () => {
    let cluster: TestCluster;

    const check = async (...args: string[]) => runInProcess(cluster.kubeconfigPath, ['check', ...args]).end;
    const report = async (code: number, ...args: string[]): Promise<CheckReport & { outcomes?: unknown }> => {
      const result = await check(...args, '-o', 'json');
      assert.equal(result.code, code, result.stderr + result.stdout);
      return JSON.parse(result.stdout);
    };
    const ids = ({ findings }: CheckReport, severity?: string) =>
      findings.filter((each) => severity === undefined || each.severity === severity).map(({ id }) => id);
    const hookOfWeb = async () =>
      at(
        await cluster.json(['get', WEB, '-n', NAMESPACE]),
        ...['spec', 'template', 'spec', 'containers', 0, 'lifecycle'],
      );

    before(async () => {
      cluster = await factory();
      const crds = ['zonedisruptionbudgets.yaml', 'zoneawareupdates.yaml'];
      for (const crd of crds) {
        const { code } = await cluster.kubectl([
          'apply',
          '--server-side',
          '-f',
          join(MANIFESTS, 'crds', crd),
        ]);
        assert.equal(code, 0);
      }
      await cluster.apply(namespace(NAMESPACE));
      // As the manifests of the fixture, but for the spread.
      const web = deployment({ name: 'web', namespace: NAMESPACE, replicas: 3 });
      delete web.spec?.template.spec?.topologySpreadConstraints;
      const service: V1Service = {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'web',
          namespace: NAMESPACE,
          annotations: { 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip' },
        },
        spec: {
          type: 'LoadBalancer',
          loadBalancerClass: 'service.k8s.aws/nlb',
          selector: { app: 'web' },
          ports: [{ port: 80, targetPort: 8080 }],
        },
      };
      await cluster.apply(web, service);
      await cluster.waitReady('Deployment', 'web', NAMESPACE);
    });
    after(() => cluster.stop());

    it('finds what a workload lacks behind a load balancer, and ends with 1', async () => {
      const found = await report(1, WEB, '-n', NAMESPACE);
      assert.deepEqual(ids(found, 'error'), [
        'prestop-missing',
        'readiness-gate-missing',
        'readiness-probe-missing',
      ]);
      assert.deepEqual(ids(found, 'skipped'), []);
      for (const id of ['budget-missing', 'topology-spread-missing']) assert.ok(ids(found).includes(id), id);
    });

    it('says so in words', async () => {
      const { code, stdout } = await check(WEB, '-n', NAMESPACE, '-o', 'wide');
      assert.equal(code, 1);
      assert.match(stdout, /^deployment\/web in zone-check$/m);
      assert.match(stdout, /^error {4}prestop-missing: /m);
      assert.match(stdout, /see {4}https:\/\/kubernetes\.io\/docs\/concepts\/workloads\/pods\/pod-lifecycle/);
      assert.match(stdout, /^1 workload: 3 errors, /m);
    });

    it('lets the API server try the patches, and changes nothing', async () => {
      const { code, stdout, stderr } = await check(WEB, '-n', NAMESPACE, '--fix', '--dry-run=server');
      assert.equal(code, 1, stderr);
      assert.match(stdout, /^kubectl patch namespace zone-check --type=merge -p /m);
      for (const object of ['namespace/zone-check', 'service/web', 'deployment.apps/web']) {
        assert.ok(stdout.includes(`${object} patched (server dry run)\n`), stdout);
      }
      assert.equal(await hookOfWeb(), undefined);
    });

    it('only shows the patches where nobody can be asked', async () => {
      const { code, stdout } = await check(WEB, '-n', NAMESPACE, '--fix');
      assert.equal(code, 1);
      assert.match(stdout, /^kubectl patch deployment\.apps web -n zone-check --type=strategic -p /m);
      assert.doesNotMatch(stdout, /patched/);
      assert.equal(await hookOfWeb(), undefined);
    });

    it('reads the bindings that the controller has made', async () => {
      await cluster.apply(TARGET_GROUP_BINDINGS);
      await cluster.kubectl(
        'wait crd/targetgroupbindings.elbv2.k8s.aws --for=condition=Established'.split(' '),
      );
      await cluster.apply({
        apiVersion: 'elbv2.k8s.aws/v1beta1',
        kind: 'TargetGroupBinding',
        metadata: {
          name: 'k8s-web',
          namespace: NAMESPACE,
          labels: { 'service.k8s.aws/stack-name': 'web', 'service.k8s.aws/stack-namespace': NAMESPACE },
        },
        spec: { serviceRef: { name: 'web', port: 80 }, targetType: 'instance' },
      });
      const found = ids(await report(1, WEB, '-n', NAMESPACE));
      assert.ok(found.includes('instance-targets') && !found.includes('readiness-gate-missing'));
      await cluster.kubectl(['delete', 'targetgroupbinding', 'k8s-web', '-n', NAMESPACE]);
    });

    it('follows an Ingress of the controller', async () => {
      await cluster.apply(
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'IngressClass',
          metadata: { name: 'public' },
          spec: { controller: 'ingress.k8s.aws/alb' },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'Ingress',
          metadata: { name: 'front', namespace: NAMESPACE },
          spec: {
            ingressClassName: 'public',
            defaultBackend: { service: { name: 'web', port: { number: 80 } } },
          },
        },
      );
      const { findings } = await report(1, WEB, '-n', NAMESPACE);
      const nodes = findings.find(({ id }) => id === 'instance-targets');
      assert.equal(nodes?.evidence[0]?.object, 'Ingress/front');
      await cluster.kubectl(['delete', 'ingress', 'front', '-n', NAMESPACE]);
    });

    it('mends what can be patched', async () => {
      const before = await report(1, WEB, '-n', NAMESPACE, '--fix', '--yes');
      assert.deepEqual(
        (before.outcomes as { refusal?: string }[]).map(({ refusal }) => refusal),
        [undefined, undefined, undefined],
      );
      assert.deepEqual(await hookOfWeb(), { preStop: { sleep: { seconds: 40 } } });
      const left = await report(1, WEB, '-n', NAMESPACE);
      assert.deepEqual(
        left.findings.filter(({ patches }) => patches.length > 0),
        [],
      );
      assert.deepEqual(ids(left, 'error'), ['readiness-probe-missing']);
    });

    it('takes names, labels, or all there are', async () => {
      const store = statefulSet({ name: 'store', namespace: NAMESPACE, replicas: 3 });
      await cluster.apply({ ...store, metadata: { ...store.metadata, labels: { team: 'data' } } });
      await cluster.waitReady('StatefulSet', 'store', NAMESPACE);
      const names = async (code: number, ...args: string[]) =>
        (await report(code, ...args)).workloads.map(({ kind, name }) => `${kind}/${name}`);
      assert.deepEqual(await names(1, '-n', NAMESPACE), ['StatefulSet/store', 'Deployment/web']);
      assert.deepEqual(await names(0, 'sts', 'store', '-n', NAMESPACE), ['StatefulSet/store']);
      assert.deepEqual(await names(0, '-l', 'team=data', '-A'), ['StatefulSet/store']);
      const { code, stderr } = await check('deploy/wep', '-n', NAMESPACE);
      assert.equal(code, 1);
      assert.match(stderr, /deployment "wep" not found in namespace "zone-check"\n {2}there is: web/);
    });

    it('needs no more than its roles, and tells what it may not read', async () => {
      // The sandbox lets everybody do everything.
      if (cluster.name === 'sandbox') return;
      await cluster.apply(
        ...(await objectsIn('rbac/check.yaml')).filter(({ kind }) => kind === 'ClusterRole'),
      );
      await cluster.apply(
        binding('RoleBinding', 'zone-check-workloads', 'checker'),
        binding('ClusterRoleBinding', 'zone-check-cluster', 'checker'),
        binding('RoleBinding', 'zone-check-workloads', 'guest'),
      );
      const asUser = (user: string) => report(1, WEB, '-n', NAMESPACE, '--as', user);
      assert.deepEqual(ids(await asUser('checker'), 'skipped'), []);
      const guest = await asUser('guest');
      assert.ok(ids(guest, 'skipped').includes('readiness-gate-missing'));
      const reasons = guest.findings.map(({ consequence }) => consequence).join('\n');
      assert.match(reasons, /^not checked: may not get namespaces "zone-check"$/m);
      assert.match(reasons, /may not list ingressclasses\.networking\.k8s\.io/);
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
