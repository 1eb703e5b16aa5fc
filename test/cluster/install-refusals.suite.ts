import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ControlPlaneCluster } from './control-plane-cluster.ts';
import { namespace } from './fixtures.ts';
import { IMAGE, type InstallBench, installBench } from './install-bench.ts';

const PEERS = 'zone-aware-controllers-system';
const TRY = ['install', '--image', IMAGE, '--dry-run=server'];

/** What `kubectl zone install` refuses before it touches anything. */
export function installRefusalsSuite(start: () => Promise<ControlPlaneCluster>): void {
  describe('install: refusals', () => {
    let cluster: ControlPlaneCluster;
    let bench: InstallBench;

    before(async () => {
      cluster = await start();
      bench = await installBench(cluster);
    });
    after(async () => {
      await bench?.stop();
      await cluster?.stop();
    });

    it('lists all rights that are missing at once', async () => {
      const { code, stderr } = await bench.run(TRY, await cluster.kubeconfigFor('nobody')).end;
      assert.equal(code, 1);
      assert.match(stderr, /cannot patch namespaces "kubectl-zone-system"/);
      assert.match(stderr, /cannot create customresourcedefinitions \(apiextensions\.k8s\.io\)/);
      assert.match(stderr, /cannot list deployments \(apps\) in the cluster/);
      assert.match(stderr, /nothing was changed/);
    });

    it('tells what may be known without rights', async () => {
      const { code, stdout, stderr } = await bench.run(['version'], await cluster.kubeconfigFor('nobody'))
        .end;
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^Kubernetes: +v1\./m);
      assert.match(stdout, /^Webhook: +unknown \(not permitted\)$/m);
      assert.match(stderr, /^not read: customresourcedefinitions.* is forbidden/m);
    });

    it("names AWS's controllers and the commands that take them away", async () => {
      await cluster.apply(namespace(PEERS), peerDeployment(), PEER_CONFIGURATION);
      const { code, stderr } = await bench.run(TRY).end;
      assert.equal(code, 1);
      assert.match(stderr, /^ {4}mutatingwebhookconfiguration\/\S+: it decides on every eviction$/m);
      assert.match(stderr, /kubectl delete mutatingwebhookconfiguration zone-aware-controllers-mutating-/);
      assert.match(
        stderr,
        /kubectl delete deployment zone-aware-controllers-controller-manager -n zone-aware/,
      );
    });

    it('has nothing against controllers that do not run', async () => {
      await cluster.kubectl(['delete', 'mutatingwebhookconfiguration', PEER_CONFIGURATION.metadata.name]);
      await cluster.apply(peerDeployment(0));
      const { code, stderr } = await bench.run(TRY).end;
      assert.equal(code, 0, stderr);
    });
  });
}

/** Of config/manager in aws/zone-aware-controllers-for-k8s, after its kustomization. */
function peerDeployment(replicas = 1) {
  const labels = { 'control-plane': 'controller-manager' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'zone-aware-controllers-controller-manager', namespace: PEERS, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'manager', image: 'controller:latest', command: ['/zone-aware-controllers'] }],
        },
      },
    },
  };
}

/** As theirs, but for its failure policy: nobody answers here. */
const PEER_CONFIGURATION = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'zone-aware-controllers-mutating-webhook-configuration' },
  webhooks: [
    {
      name: 'eviction.zone-aware-controllers.svc',
      admissionReviewVersions: ['v1'],
      clientConfig: {
        service: {
          name: 'zone-aware-controllers-webhook-service',
          namespace: PEERS,
          path: '/pod-eviction-v1',
        },
      },
      failurePolicy: 'Ignore',
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/eviction'] }],
      sideEffects: 'None',
    },
  ],
};
