import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at, objectIn } from '../manifests/read.ts';
import { zoneBudget } from '../webhook/helpers/budgets.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { IMAGE, type InstallBench, installBench } from './install-bench.ts';
import { evict } from './observe.ts';

const NAMESPACE = 'halves';
const CRDS = ['install', '--without-webhook', '--yes'];
const DEFINITION = 'zonedisruptionbudgets.zonecontrol.k8s.aws';

/** Installations that are not whole. The control plane only: the sandbox does not know who has set which field. */
export function installHalvesSuite(factory: ClusterFactory): void {
  describe('install: halves', () => {
    let cluster: TestCluster;
    let bench: InstallBench;

    const run = (...argv: string[]) => bench.run(argv).end;

    before(async () => {
      cluster = await factory();
      bench = await installBench(cluster);
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'db', namespace: NAMESPACE, replicas: 3 }),
      );
      await cluster.waitReady('StatefulSet', 'db', NAMESPACE);
    });
    after(async () => {
      await bench?.stop();
      await cluster?.stop();
    });

    it('takes over CRDs of AWS on request, and keeps the budgets', async () => {
      const applied = await cluster.kubectl(['apply', '-f', '-'], {
        input: JSON.stringify(await awsDefinition()),
      });
      assert.equal(applied.code, 0, applied.stderr);
      await cluster.kubectl(['wait', `crd/${DEFINITION}`, '--for=condition=Established', '--timeout=60s']);
      await cluster.apply(zoneBudget({ name: 'theirs', namespace: NAMESPACE, maxUnavailable: 1 }));
      assert.match(
        (await run('version')).stdout,
        /from AWS's controllers or an older version: it has no spec\.unhealthyPodEvictionPolicy, spec\.topologyKey/,
      );
      const refused = await run(...CRDS);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /conflict with "kubectl-client-side-apply".*spec\.versions/);
      const { code, stdout, stderr } = await run(...CRDS, '--force-conflicts');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws changed$/m);
      assert.ok(await cluster.json(['get', 'zdb', 'theirs', '-n', NAMESPACE]));
      assert.match((await run('version')).stdout, /^problem: no webhook enforces/m);
    });

    it('refuses no eviction after an installation that did not wait for the webhook', async () => {
      const { code, stderr } = await run('install', '--image', IMAGE, '--yes', '--wait=false');
      assert.equal(code, 3, stderr);
      assert.match(stderr, /budgets are not enforced yet; run the same command without --wait=false/);
      const evicted = await evict(cluster, { namespace: NAMESPACE, pod: 'db-0' });
      assert.equal(evicted.code, 0, evicted.stderr);
      assert.match((await run('version')).stdout, /^problem: the installation is not complete/m);
    });

    it('reports the pod it is waiting for', async () => {
      const broken = ['install', '--image', 'registry.test/webhook:broken', '--yes', '--timeout', '5s'];
      const { code, stderr } = await run(...broken);
      assert.equal(code, 3, stderr);
      assert.match(stderr, /timed out waiting for the webhook: \d of 2 pods updated, \d available/);
    });

    it('can be interrupted while it waits, and says how to continue', async () => {
      const waiting = bench.run(['install', '--image', IMAGE, '--yes']);
      await waiting.stderr.until(({ text }) => text.includes('waiting for the webhook') || undefined);
      waiting.interrupt();
      const { code, stderr } = await waiting.end;
      assert.equal(code, 130);
      assert.match(
        stderr,
        /^error: interrupted\n {2}applied objects are kept; to continue, run the same command: /m,
      );
    });

    it('keeps its namespace on uninstall if it contains objects of others', async () => {
      const secret = ['create', 'secret', 'generic', 'mine', '-n', 'kubectl-zone-system'];
      assert.equal((await cluster.kubectl(secret)).code, 0);
      const { code, stdout, stderr } = await run('uninstall', '--delete-crds', '--yes');
      assert.equal(code, 0, stderr);
      assert.match(stderr, /^namespace\/kubectl-zone-system kept: it contains secret\/mine$/m);
      assert.match(stdout, /^deployment\.apps\/kubectl-zone-webhook deleted$/m);
      assert.ok(await cluster.json(['get', 'secret', 'mine', '-n', 'kubectl-zone-system']));
    });
  });
}

/** Our CRD as AWS's controllers have it: without our label and our optional fields. */
async function awsDefinition(): Promise<object> {
  const ours = structuredClone(await objectIn('crds/zonedisruptionbudgets.yaml', 'CustomResourceDefinition'));
  delete ours.metadata.labels;
  const fields = at(
    ours,
    'spec',
    'versions',
    0,
    'schema',
    'openAPIV3Schema',
    'properties',
    'spec',
    'properties',
  );
  for (const added of ['unhealthyPodEvictionPolicy', 'topologyKey'])
    Reflect.deleteProperty(Object(fields), added);
  return ours;
}
