import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { at } from '../manifests/read.ts';
import { isDenied, whileAsking } from '../webhook/helpers/asking.ts';
import { isWhole, waitBudget, zoneBudget } from '../webhook/helpers/budgets.ts';
import type { EvictionAnswer } from '../webhook/helpers/evictions.ts';
import { shippedProgram } from '../webhook/helpers/shipped.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace, statefulSet } from './fixtures.ts';
import { IMAGE, type InstallBench, installBench } from './install-bench.ts';

const NAMESPACE = 'installed';
const AT = { namespace: NAMESPACE, pod: 'steady-0' };
const INSTALL = ['install', '--image', IMAGE];

/**
 * From nothing over an upgrade to nothing again. The control plane only: the sandbox keeps no account of who has set
 * which field. The tests build on one another.
 */
export function installSuite(factory: ClusterFactory): void {
  describe('install', () => {
    let cluster: TestCluster;
    let bench: InstallBench;

    const run = (...argv: string[]) => bench.run(argv).end;
    const read = (...path: string[]) => cluster.json(['get', ...path]);
    const configuration = () => read('validatingwebhookconfiguration', 'kubectl-zone');

    before(async () => {
      cluster = await factory();
      bench = await installBench(cluster);
    });
    after(async () => {
      await bench?.stop();
      await cluster?.stop();
    });

    it('has nothing to uninstall, and reports the missing parts', async () => {
      const removed = await run('uninstall', '--yes');
      assert.equal(removed.code, 0, removed.stderr);
      assert.match(removed.stderr, /^nothing to remove$/m);
      const { code, stdout } = await run('version');
      assert.equal(code, 0);
      assert.match(stdout, /^Webhook: +not installed$/m);
      assert.match(
        stdout,
        /^problem: no webhook enforces .*: it is not installed\n {2}kubectl zone install --image REGISTRY\/kubectl-zone-webhook:TAG$/m,
      );
    });

    it('changes nothing in a server-side dry run', async () => {
      const { code, stdout, stderr } = await run(...INSTALL, '--dry-run=server');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^create +namespace\/kubectl-zone-system$/m);
      assert.match(stdout, /^create +deployment\.apps\/kubectl-zone-webhook +in kubectl-zone-system$/m);
      assert.notEqual((await cluster.kubectl(['get', 'namespace', 'kubectl-zone-system'])).code, 0);
    });

    it('cannot ask for confirmation without a terminal', async () => {
      const { code, stderr } = await run(...INSTALL);
      assert.equal(code, 1);
      assert.match(stderr, /cannot ask without a terminal: .*create 18 and change 0 of 18 objects/);
    });

    it('does not register a webhook that does not answer', async () => {
      const { code, stderr } = await run(...INSTALL, '--yes', '--timeout', '5s');
      assert.equal(code, 3, stderr);
      assert.match(
        stderr,
        /error: timed out waiting for the webhook to answer the API server: .*failed calling webhook/,
      );
      assert.match(stderr, /to continue, run the same command: kubectl zone install --image/);
      assert.ok(at(await configuration(), 'webhooks', 0, 'objectSelector', 'matchLabels'));
      await cluster.apply(
        namespace(NAMESPACE),
        statefulSet({ name: 'steady', namespace: NAMESPACE, replicas: 3 }),
      );
      await cluster.waitReady('StatefulSet', 'steady', NAMESPACE);
      assert.match((await run('version')).stdout, /^problem: the installation is not complete/m);
    });

    it('continues with the same command, and registers the webhook once it answers', async () => {
      const installing = bench.run([...INSTALL, '--yes']);
      await installing.stderr.until(({ text }) => /waiting for the webhook/.test(text) || undefined);
      await Promise.all([bench.startReplica(), bench.startReplica()]);
      const { code, stdout, stderr } = await installing.end;
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^deployment\.apps\/kubectl-zone-webhook unchanged$/m);
      assert.match(stderr, /its webhook enforces budgets$/m);
      assert.deepEqual(at(await configuration(), 'webhooks', 0, 'objectSelector'), {});
      await cluster.apply(zoneBudget({ name: 'steady', namespace: NAMESPACE, maxUnavailable: 0 }));
      await waitBudget(cluster, { namespace: NAMESPACE, name: 'steady' }, isWhole);
    });

    it('changes nothing the second time, the injected caBundle least of all', async () => {
      const before = await configuration();
      const { code, stdout, stderr } = await run(...INSTALL, '--yes');
      assert.equal(code, 0, stderr);
      assert.doesNotMatch(stdout, / (created|changed)$/m);
      assert.ok(at(before, 'webhooks', 0, 'clientConfig', 'caBundle'));
      assert.deepEqual(at(await configuration(), 'webhooks'), at(before, 'webhooks'));
    });

    it('reports that all versions are compatible', async () => {
      const { code, stdout } = await run('version');
      assert.equal(code, 0);
      assert.match(stdout, /^Webhook: +0\.0\.0-dev, which answers evictions; 2 of 2 replicas available/m);
      assert.match(stdout, /^CRDs: +zoneawareupdates 0\.0\.0-dev, zonedisruptionbudgets 0\.0\.0-dev$/m);
      assert.match(stdout, /^All versions are compatible\.$/m);
      const asJson = JSON.parse((await run('version', '-o', 'json')).stdout);
      assert.equal(asJson.fits, true);
    });

    it('shows conflicting fields, and takes ownership of them only on request', async () => {
      const scale = ['scale', 'deployment', 'kubectl-zone-webhook', '-n', 'kubectl-zone-system'];
      assert.equal((await cluster.kubectl([...scale, '--replicas=3'])).code, 0);
      const refused = await run(...INSTALL, '--yes');
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /deployment\.apps\/kubectl-zone-webhook: conflict with "kubectl".*: \.spec\.replicas/,
      );
      const agreed = await run(...INSTALL, '--yes', '--replicas', '3');
      assert.equal(agreed.code, 0, agreed.stderr);
      const forced = await run(...INSTALL, '--yes', '--force-conflicts');
      assert.equal(forced.code, 0, forced.stderr);
      assert.equal(
        at(await read('deployment', 'kubectl-zone-webhook', '-n', 'kubectl-zone-system'), 'spec', 'replicas'),
        2,
      );
    });

    it('is upgraded without an eviction that the budget has not refused', async () => {
      const old = [...bench.replicas];
      const program = await shippedProgram();
      const asked = await whileAsking(cluster, AT, isDenied, async () => {
        const upgrading = bench.installVersion('0.1.0');
        await upgrading.stdout.until(
          ({ text }) => text.includes('deployment.apps/kubectl-zone-webhook changed\n') || undefined,
        );
        for (const replica of old) {
          await bench.startReplica({ entry: program.entry ?? '' });
          await bench.endReplica(replica);
        }
        const { code, stderr } = await upgrading.end;
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /^warning/m);
      });
      assert.ok(asked > 0);
      assert.match(
        (await run('version')).stdout,
        /^problem: the webhook is newer than this plugin: 0\.1\.0/m,
      );
    });

    it('is removed without one as well, and keeps the budgets', async () => {
      const refused: EvictionAnswer[] = [];
      const note = (answer: EvictionAnswer) => {
        if (![201, 404, 409].includes(answer.code) && !/maxUnavailable is 0/.test(answer.message))
          refused.push(answer);
      };
      await whileAsking(cluster, AT, note, async () => {
        const removing = bench.run(['uninstall', '--yes']);
        await removing.stdout.until(
          ({ text }) => text.includes('deployment.apps/kubectl-zone-webhook deleted\n') || undefined,
        );
        for (const replica of bench.replicas) await replica.process.kill();
        const { code, stdout, stderr } = await removing.end;
        assert.equal(code, 0, stderr);
        assert.match(stdout, /^\S+webhookconfiguration\.\S+ deleted\n\S+webhookconfiguration\.\S+ deleted\n/);
        assert.match(stderr, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws kept: /);
      });
      assert.deepEqual(refused, []);
      assert.ok(await read('zdb', 'steady', '-n', NAMESPACE));
    });

    it('deletes the budgets only on request, and not twice', async () => {
      await cluster.kubectl(['wait', 'namespace/kubectl-zone-system', '--for=delete', '--timeout=120s']);
      const unasked = await run('uninstall', '--delete-crds');
      assert.match(
        unasked.stderr,
        /including 1 ZoneDisruptionBudget and 0 ZoneAwareUpdates in all namespaces\?/,
      );
      const tried = await run('uninstall', '--delete-crds', '--dry-run=server');
      assert.match(tried.stdout, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws deleted \(server dry run\)$/m);
      const { code, stderr } = await run('uninstall', '--delete-crds', '--yes');
      assert.equal(code, 0, stderr);
      await cluster.kubectl(['wait', 'crd/zonedisruptionbudgets.zonecontrol.k8s.aws', '--for=delete']);
      assert.match((await run('uninstall', '--delete-crds', '--yes')).stderr, /^nothing to remove$/m);
    });
  });
}
