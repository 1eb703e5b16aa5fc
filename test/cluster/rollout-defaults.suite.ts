import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { MANIFESTS } from '../manifests/read.ts';
import { awsEnvironment } from '../shared/gates/aws-environment.ts';
import { type CloudWatchServer, startCloudWatch } from '../shared/gates/cloudwatch-server.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'updates';

const sourcesSchema = z.object({
  sources: z.array(z.object({ setting: z.string(), value: z.string(), from: z.string() })),
});

/** A ZoneAwareUpdate has the defaults of the rollouts of its StatefulSet. */
export function rolloutDefaultsSuite(factory: ClusterFactory): void {
  describe('rollout: template defaults', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;
    let cloudWatch: CloudWatchServer;
    let leaveAws: () => void;

    before(async () => {
      leaveAws = awsEnvironment();
      cloudWatch = await startCloudWatch([]);
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
      const file = join(MANIFESTS, 'crds', 'zoneawareupdates.yaml');
      assert.equal((await cluster.kubectl(['apply', '--server-side', '-f', file])).code, 0);
      const wait = 'wait crd/zoneawareupdates.zonecontrol.k8s.aws --for=condition=Established';
      assert.equal((await cluster.kubectl(wait.split(' '))).code, 0);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
      await cloudWatch.close();
      leaveAws();
    });

    const update = (name: string, statefulset: string, spec: object) =>
      cluster.apply({
        apiVersion: 'zonecontrol.k8s.aws/v1',
        kind: 'ZoneAwareUpdate',
        metadata: { name, namespace: NAMESPACE },
        spec: { statefulset, ...spec },
      });
    const sourcesOf = async (name: string, ...flags: string[]) => {
      const { stdout } = await bench.told(bench.words(name, '--dry-run=client', ...flags), 0);
      return sourcesSchema
        .parse(JSON.parse(stdout))
        .sources.map(({ setting, value, from }) => [setting, value, from]);
    };

    it('takes its values where no flag is given, and says so', async () => {
      await bench.stale({ name: 'store', replicas: 6 });
      await update('store-update', 'store', {
        maxUnavailable: 2,
        exponentialFactor: '0',
        pauseRolloutAlarm: 'store-errors',
        ignoreAlarm: true,
      });
      const object = 'zoneawareupdate/store-update';
      assert.deepEqual(await sourcesOf('store', '--exponential-factor=1'), [
        ['maxUnavailable', '2', object],
        ['exponentialFactor', '1', 'flag'],
        ['pacing', 'wave', 'default'],
        ['zones', 'by node label topology.kubernetes.io/zone', 'default'],
        ['ignoreAlarm', 'true', object],
        ['dryRun', 'client', 'flag'],
      ]);
      const { stdout } = await bench.told(
        ['rollout', 'sts/store', '-n', NAMESPACE, '--dry-run=client', '--ignore-alarm=false'],
        0,
      );
      assert.match(stdout, /pauseRolloutAlarm +store-errors +zoneawareupdate\/store-update/);

      const { events } = await ended(bench.start('store'), 0);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods.length),
        [2, 2, 2],
      );
      assert.equal(
        events[1]?.message,
        `${object} sets maxUnavailable 2, exponentialFactor 0, ignoreAlarm true; flags override it`,
      );
    });

    it('holds nothing back from a StatefulSet that it does not name', async () => {
      await bench.stale({ name: 'other', replicas: 3 });
      const { events } = await ended(bench.start('other'), 0);
      assert.ok(!events.some(({ message }) => /zoneawareupdate/.test(message ?? '')));
    });

    it('only shows the plan where it says dryRun, unless a flag says otherwise', async () => {
      await bench.stale({ name: 'pretended', replicas: 3 });
      await update('pretended', 'pretended', { dryRun: true });
      const versions = await bench.versions('pretended');
      const { stdout, stderr } = await bench.told(bench.words('pretended', '--yes'), 0);
      assert.equal(JSON.parse(stdout).type, 'plan');
      assert.match(
        stderr,
        /nothing is replaced, because zoneawareupdate\/pretended sets dryRun; --dry-run=none/,
      );
      assert.equal(await bench.versions('pretended'), versions);
      const { events } = await ended(bench.start('pretended', '--dry-run=none'), 0);
      assert.equal(events.at(-1)?.summary?.podsReplaced, 3);
    });

    it('is held by the alarm that it names', async () => {
      await bench.stale({ name: 'alarmed', replicas: 3 });
      await update('alarmed', 'alarmed', { pauseRolloutAlarm: 'errors' });
      const flag = `--alarm-endpoint=${cloudWatch.url}`;
      const versions = await bench.versions('alarmed');
      const { stderr } = await bench.told(bench.words('alarmed', flag), 1);
      assert.match(stderr, /CloudWatch has no alarm named errors/);
      assert.equal(await bench.versions('alarmed'), versions);

      cloudWatch.alarms = [{ AlarmName: 'errors', StateValue: 'ALARM' }];
      const run = bench.start('alarmed', flag);
      const { reason } = await untilEvent(run, ({ type }) => type === 'waiting');
      assert.match(reason ?? '', /^waiting for CloudWatch alarm errors/);
      run.interrupt();
      const { events } = await ended(run, 130);
      assert.deepEqual(wavesIn(events), []);
      await ended(bench.start('alarmed', flag, '--ignore-alarm'), 0);
    });

    it('names the object and the field of a value that no rollout can have', async () => {
      await bench.stale({ name: 'stuck', replicas: 3 });
      await update('stuck', 'stuck', { maxUnavailable: 0 });
      const { stderr } = await bench.told(bench.words('stuck'), 1);
      assert.match(stderr, /zoneawareupdate\/stuck: spec\.maxUnavailable: 0 would never replace a pod/);
      await ended(bench.start('stuck', '--max-unavailable=1'), 0);
    });

    it('refuses to choose between two', async () => {
      await bench.stale({ name: 'twice', replicas: 3 });
      await update('twice-b', 'twice', {});
      await update('twice-a', 'twice', {});
      const { stderr } = await bench.told(bench.words('twice'), 1);
      assert.match(stderr, /2 ZoneAwareUpdates refer to statefulset\/twice: twice-a, twice-b/);
    });
  });
}
