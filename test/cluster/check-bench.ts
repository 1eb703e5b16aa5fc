import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { V1Service } from '@kubernetes/client-node';
import type { CheckReport } from '../../plugin/check/report.ts';
import { runInProcess } from '../helpers/context.ts';
import { MANIFESTS } from '../manifests/read.ts';
import type { TestCluster } from './cluster.ts';
import { deployment, namespace } from './fixtures.ts';

/** Runs `kubectl zone check` to its end. */
export function runCheck(cluster: TestCluster, args: readonly string[]) {
  return runInProcess(cluster.kubeconfigPath, ['check', ...args]).end;
}

/** Its JSON output, when it ends with this exit code. */
export async function checkReport(
  cluster: TestCluster,
  code: number,
  args: readonly string[],
): Promise<CheckReport & { outcomes?: unknown }> {
  const result = await runCheck(cluster, [...args, '-o', 'json']);
  assert.equal(result.code, code, result.stderr + result.stdout);
  return JSON.parse(result.stdout);
}

export function idsOf({ findings }: CheckReport, severity?: string): string[] {
  return findings.filter((each) => severity === undefined || each.severity === severity).map(({ id }) => id);
}

/** Makes the CRDs, the namespace, and in it a Deployment behind a load balancer that lacks much. */
export async function applyWeb(cluster: TestCluster, namespaceName: string): Promise<void> {
  const crds = ['zonedisruptionbudgets.yaml', 'zoneawareupdates.yaml'];
  for (const crd of crds) {
    const { code } = await cluster.kubectl(['apply', '--server-side', '-f', join(MANIFESTS, 'crds', crd)]);
    assert.equal(code, 0);
  }
  await cluster.apply(namespace(namespaceName));
  // As the manifests of the fixture, but for the spread.
  const web = deployment({ name: 'web', namespace: namespaceName, replicas: 3 });
  delete web.spec?.template.spec?.topologySpreadConstraints;
  const service: V1Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: namespaceName,
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
  await cluster.waitReady('Deployment', 'web', namespaceName);
}
