import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { lostProcess, step } from './before-request.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import { assertOneZone } from './deployment-witness.ts';
import { namespace } from './fixtures.ts';
import { ended } from './rollout-bench.ts';

const NAMESPACE = 'deployments';
const IN_ORDER = ['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c'];
/** Ready long before the flush is over: left alone, the controller would have several flush at once. */
const FLUSHING = { start: '200ms', flush: '2s' };
const V2 = Array.from({ length: 6 }, () => 'app:v2');

/** Deployments, whose controller replaces pods by itself. */
export function rolloutDeploymentsSuite(factory: ClusterFactory): void {
  describe('rollout: Deployments', () => {
    let cluster: TestCluster;
    let bench: DeploymentBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = deploymentBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    it('replaces flushing pods one at a time, zone by zone, and leaves all as it was', async () => {
      const spec = {
        minReadySeconds: 1,
        progressDeadlineSeconds: 300,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: '34%' } },
      };
      await bench.whole({ name: 'ingester', simulation: FLUSHING, spec });
      const found = await bench.settings('ingester');
      const witness = await bench.witness('ingester');

      const { events } = await ended(
        bench.start('ingester', '--max-unavailable=1', '--image=main=app:v2'),
        0,
      );

      await assertOneZone(witness, { most: 1, zones: IN_ORDER });
      assert.deepEqual(
        wavesIn(events).map(({ zone }) => zone),
        IN_ORDER,
      );
      const { summary } = events.at(-1) ?? {};
      assert.deepEqual([summary?.podsReplaced, summary?.mostPodsDown, summary?.zonesDownTogether], [6, 1, 0]);
      assert.deepEqual(await bench.settings('ingester'), found);
      assert.deepEqual(await bench.pods('ingester'), { images: V2, costs: 0 });
      const again = await ended(bench.start('ingester'), 0);
      assert.deepEqual(
        again.events.map(({ type }) => type),
        ['started', 'finished'],
      );
    });

    it('takes whole zones at once, and leaves a Deployment paused that was paused before', async () => {
      await bench.stale({ name: 'zones', simulation: FLUSHING });
      const found = await bench.settings('zones');
      const witness = await bench.witness('zones');
      const flags = ['--max-unavailable=2', '--exponential-factor=0', '--zone-order=zone-b'];
      const { events } = await ended(bench.start('zones', ...flags), 0);
      assert.deepEqual(
        wavesIn(events).map(({ zone, pods }) => [zone, pods.length]),
        [
          ['zone-b', 2],
          ['zone-a', 2],
          ['zone-c', 2],
        ],
      );
      const zones = ['zone-b', 'zone-b', 'zone-a', 'zone-a', 'zone-c', 'zone-c'];
      await assertOneZone(witness, { most: 2, zones });
      assert.equal(found.paused, true);
      assert.deepEqual(await bench.settings('zones'), found);
    });

    it('lets so many leave together as --max-leaving says, whatever the size of the wave', async () => {
      await bench.stale({ name: 'leaving', simulation: { start: '100ms', flush: '1s' } });
      const witness = await bench.witness('leaving');
      const flags = ['--flush', '--max-leaving=1', '--max-unavailable=2', '--exponential-factor=0'];
      const { events } = await ended(bench.start('leaving', ...flags), 0);
      assert.deepEqual(
        wavesIn(events).map(({ pods }) => pods.length),
        [2, 2, 2],
      );
      const { terminating, mixed, zones } = await witness.testimony();
      assert.deepEqual([terminating, mixed, zones], [1, [], IN_ORDER]);
    });

    it('stops when a pod is killed before it has flushed, and goes on without --flush', async () => {
      const grace = { terminationGracePeriodSeconds: 1, simulation: { flush: '30m' } };
      await bench.stale({ name: 'lossy', replicas: 3, ...grace });
      const found = await bench.settings('lossy');
      const stopped = await ended(bench.start('lossy', '--flush'), 3);
      const killed = stopped.events.filter(({ type }) => type === 'pod-killed');
      assert.deepEqual(
        killed.map(({ zone }) => zone),
        ['zone-a'],
      );
      const { reason = '' } = stopped.events.at(-1) ?? {};
      assert.match(reason, /^possible data loss: lossy-\S+ was killed at the end of its grace period of 1s/);
      assert.equal(wavesIn(stopped.events).length, 1);
      const again = await ended(bench.start('lossy', '--flush'), 3);
      assert.deepEqual(wavesIn(again.events), []);
      const last = await ended(bench.start('lossy'), 0);
      assert.equal(wavesIn(last.events).length, 2);
      assert.deepEqual(await bench.settings('lossy'), found);
    });

    it('stays paused when it is interrupted, and goes on with the same command', async () => {
      await bench.whole({ name: 'interrupted', simulation: FLUSHING });
      const found = await bench.settings('interrupted');
      const witness = await bench.witness('interrupted');
      const flags = ['--max-unavailable=1'];
      const first = bench.start('interrupted', ...flags, '--image=main=app:v2');
      await untilEvent(first, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      first.interrupt();
      const { stderr } = await ended(first, 130);
      assert.match(stderr, /deployment\/interrupted stays paused, .*rollout resume deployment\/interrupted/);
      assert.deepEqual(await bench.settings('interrupted'), { ...found, paused: true });
      assert.equal((await bench.pods('interrupted')).costs, 0);

      const { events } = await ended(bench.start('interrupted', ...flags), 0);
      assert.equal(events[0]?.resumed, true);
      await assertOneZone(witness, { most: 1, zones: IN_ORDER });
      assert.deepEqual(await bench.settings('interrupted'), found);
      assert.deepEqual(await bench.pods('interrupted'), { images: V2, costs: 0 });
    });

    it('loses nothing when it is killed at any moment, and comes to the same end', async () => {
      await bench.stale({ name: 'killed', simulation: { start: '100ms', flush: '400ms' } });
      const found = await bench.settings('killed');
      const witness = await bench.witness('killed');
      for (const lines of [1, 3, 6, 9, 12, 15]) {
        const plugin = bench.spawn('killed', '--max-unavailable=1');
        const enough = plugin.stdout.until(({ lines: told }) => (told.length >= lines ? true : undefined));
        await enough.then(
          () => plugin.kill(),
          () => {},
        );
        await plugin.end;
        await bench.freeLease('killed');
      }
      await ended(bench.spawn('killed', '--max-unavailable=1'), 0);
      await assertOneZone(witness, { most: 1, zones: IN_ORDER });
      assert.deepEqual(await bench.settings('killed'), found);
      assert.deepEqual(await bench.pods('killed'), { images: V2, costs: 0 });
    });

    it('takes no step of a process that is gone, however late the API server comes to it', async () => {
      await bench.stale({ name: 'late', simulation: { start: '100ms', flush: '400ms' } });
      const witness = await bench.witness('late');
      const lost = lostProcess(step(1));
      const first = bench.startOver('late', lost.wrap, '--max-unavailable=1');
      await lost.begun;
      const paused = JSON.stringify({ by: 'operator', at: '2026-01-01T00:00:00Z', reason: '' });
      const lease = 'lease/zone-rollout-deployment-late';
      await bench.kubectl('annotate', lease, `kubectl-zone.dev/paused=${paused}`);
      await bench.freeLease('late');

      const second = bench.start('late', '--max-unavailable=1');
      await untilEvent(second, ({ type, for: what }) => type === 'waiting' && what === 'gate');
      await assert.rejects(lost.arrive(), /has been modified/);
      await bench.kubectl('annotate', lease, 'kubectl-zone.dev/paused-');
      await ended(second, 0);
      await assertOneZone(witness, { most: 1, zones: IN_ORDER });
      first.interrupt();
    });

    it('can be given up after it was killed, and is then paused as if it had been interrupted', async () => {
      await bench.whole({ name: 'left', simulation: { start: '100ms', flush: '400ms' } });
      const found = await bench.settings('left');
      const plugin = bench.spawn('left', '--max-unavailable=1', '--image=main=app:v2');
      await untilEvent(plugin, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      plugin.kill();
      await plugin.end;
      const expired = JSON.stringify({ spec: { renewTime: '2020-01-01T00:00:00.000000Z' } });
      await bench.kubectl('patch', 'lease', 'zone-rollout-deployment-left', '--type=merge', '-p', expired);
      const { stdout } = await ended(bench.run('rollout', 'abort', 'deploy/left', '-n', NAMESPACE), 0);
      assert.match(
        stdout,
        /is no longer being rolled out, and stays paused, with maxUnavailable 1; to let its controller/,
      );
      assert.deepEqual(await bench.settings('left'), { ...found, paused: true });
      assert.equal((await bench.pods('left')).costs, 0);
    });

    it('is paused, resumed and aborted from another terminal, which sees it too', async () => {
      await bench.stale({ name: 'steered', simulation: { start: '200ms', flush: '500ms' } });
      const told = (verb: string, ...flags: string[]) =>
        ended(bench.run('rollout', verb, 'deploy/steered', '-n', NAMESPACE, ...flags), 0);
      const run = bench.start('steered', '--max-unavailable=1');
      await untilEvent(run, ({ type }) => type === 'wave-begun');
      await told('pause');
      await untilEvent(run, ({ type, for: what }) => type === 'waiting' && what === 'gate');
      assert.match((await told('status', '--watch=false')).stdout, /deployment\/steered|steered/);
      await told('resume');
      await untilEvent(run, ({ type, wave }) => type === 'wave-begun' && wave === 3);
      await told('abort');
      await ended(run, 3);
      assert.match((await told('history')).stdout, /app:v1[\s\S]*app:v2/);
      await ended(bench.start('steered'), 0);
      assert.deepEqual((await bench.pods('steered')).images, V2);
    });
  });
}
