import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type InstallBench, installBench } from './install-bench.ts';

/** Installing the CRDs and taking them away, as it must be on every cluster. One test after the other. */
export function installBasicsSuite(factory: ClusterFactory): void {
  describe('install: basics', { concurrency: 1 }, () => {
    let cluster: TestCluster;
    let bench: InstallBench;

    const run = (...argv: string[]) => bench.run(argv).end;

    before(async () => {
      cluster = await factory();
      bench = await installBench(cluster);
    });
    after(async () => {
      await bench?.stop();
      await cluster?.stop();
    });

    it('installs the CRDs, and says that nothing enforces budgets', async () => {
      const { code, stdout, stderr } = await run('install', '--without-webhook', '--yes');
      assert.equal(code, 0, stderr);
      assert.match(
        stdout,
        /^create +customresourcedefinition\.apiextensions\.k8s\.io\/zonedisruptionbudgets/m,
      );
      assert.match(stdout, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws created$/m);
      assert.match(stderr, /without the webhook nothing enforces budgets/);
      const got = await cluster.kubectl(['get', 'zdb', '-A']);
      assert.equal(got.code, 0, got.stderr);
    });

    it('is seen by its version', async () => {
      const { code, stdout } = await run('version');
      assert.equal(code, 0);
      assert.match(stdout, /^CRDs: +zoneawareupdates 0\.0\.0-dev, zonedisruptionbudgets 0\.0\.0-dev$/m);
      assert.match(stdout, /^problem: no webhook enforces zone disruption budgets: it is not installed$/m);
    });

    it('keeps the CRDs by default', async () => {
      const kept = await run('uninstall', '--yes');
      assert.equal(kept.code, 0, kept.stderr);
      assert.match(kept.stderr, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws kept: .*--delete-crds/);
      const { code, stdout, stderr } = await run('uninstall', '--yes', '--delete-crds');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /zonedisruptionbudgets\.zonecontrol\.k8s\.aws deleted$/m);
    });
  });
}
