import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import type { DeploymentWitness } from './deployment-witness.ts';
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
        /is not being rolled out any more, and stays paused, with maxUnavailable 1; to let its controller/,
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
      assert.match((await told('status')).stdout, /deployment\/steered|steered/);
      await told('resume');
      await untilEvent(run, ({ type, wave }) => type === 'wave-begun' && wave === 3);
      await told('abort');
      await ended(run, 3);
      assert.match((await told('history')).stdout, /app:v1[\s\S]*app:v2/);
      await ended(bench.start('steered'), 0);
      assert.deepEqual((await bench.pods('steered')).images, V2);
    });

    it('stops at the first change by somebody else, says what and by whom, and has lost at most one pod', async () => {
      const hands = {
        resume: ['rollout', 'resume', 'deployment/other'],
        ready: ['patch', 'deploy', 'other', '--type=merge', '-p', '{"spec":{"minReadySeconds":1}}'],
        more: [
          ...['patch', 'deploy', 'other', '--type=merge', '--field-manager=argocd-controller', '-p'],
          JSON.stringify({ spec: { strategy: { rollingUpdate: { maxUnavailable: 4 } } } }),
        ],
      };
      const says = {
        resume: /changed by somebody .*: paused from true to false, and every brake was put on again/,
        ready: /changed by kubectl-patch: minReadySeconds from 31536000 to 1, and every brake/,
        more: /changed by argocd-controller: maxUnavailable from 1 to 4, and every brake/,
      };
      await bench.stale({ name: 'other', simulation: { start: '100ms', flush: '500ms' } });
      const witness = await bench.witness('other');
      for (const hand of ['resume', 'ready', 'more'] as const) {
        const run = bench.start('other', '--max-unavailable=1');
        await untilEvent(run, ({ type }) => type === 'wave-begun');
        await bench.kubectl(...hands[hand]);
        const { events, stderr } = await ended(run, 3);
        assert.match(events.at(-1)?.reason ?? '', says[hand]);
        assert.match(stderr, /deployment\/other stays paused, with maxUnavailable 1/);
      }
      const { mixed, terminating } = await witness.testimony();
      assert.deepEqual([mixed, terminating], [[], 1]);
    });

    it('loses one pod to a kubectl rollout resume when it was killed before its first wave', async () => {
      await bench.whole({ name: 'early', simulation: { start: '100ms', flush: '1s' } });
      const witness = await bench.witness('early');
      const plugin = bench.spawn('early', '--image=main=app:v2', '--gate-http=http://127.0.0.1:9/closed');
      await untilEvent(plugin, ({ type, for: what }) => type === 'waiting' && what === 'gate');
      plugin.kill();
      await plugin.end;
      await bench.kubectl('rollout', 'resume', 'deployment/early');
      await bench.kubectl('wait', 'deploy/early', '--for=jsonpath={.status.updatedReplicas}=1');
      const { zones } = await witness.testimony();
      assert.equal(zones.length, 1, zones.join(' '));
    });

    it('takes no step when a new pod dies after all was looked at', async () => {
      await bench.whole({ name: 'raced', replicas: 3, simulation: { start: '500ms', flush: '50ms' } });
      const witness = await bench.witness('raced');
      const act = async () => {
        const newest = ['--sort-by=.metadata.creationTimestamp', '-o', 'name'];
        const pods = await bench.kubectl('get', 'pods', '-l', 'app=raced', ...newest);
        const victim = pods.trim().split('\n').at(-1) ?? '';
        const set = victim.replace(/^pod\/(.*)-[^-]*$/, 'rs/$1');
        const version = () => bench.kubectl('get', set, '-o', 'jsonpath={.metadata.resourceVersion}');
        const seen = await version();
        await bench.kubectl('delete', victim, '--wait=false');
        while ((await version()) === seen);
      };
      const flags = ['--max-unavailable=1', '--image=main=app:v2'];
      await ended(bench.startWith('raced', { replicas: 2, act }, ...flags), 0);
      const { zones, mixed } = await witness.testimony();
      assert.deepEqual([zones.length, mixed], [4, []], zones.join(' '));
    });

    it('is scaled up and down on the way, and loses no pod to that in another zone', async () => {
      await bench.stale({ name: 'scaled', simulation: { start: '200ms', flush: '500ms' } });
      const run = bench.start('scaled', '--max-unavailable=1');
      await untilEvent(run, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      await bench.kubectl('scale', 'deployment/scaled', '--replicas=10');
      await untilEvent(run, ({ type, wave }) => type === 'wave-begun' && wave === 3);
      await bench.kubectl('scale', 'deployment/scaled', '--replicas=6');
      await ended(run, 0);
      assert.deepEqual(await bench.pods('scaled'), { images: V2, costs: 0 });
    });

    it('refuses a Deployment that something puts back, says what helps, and takes --allow-manager', async () => {
      await bench.whole({ name: 'managed', replicas: 3 });
      const spec = { minReadySeconds: 1 };
      const manager = '--field-manager=argocd-controller';
      await bench.kubectl(
        'patch',
        'deploy',
        'managed',
        '--type=merge',
        manager,
        '-p',
        JSON.stringify({ spec }),
      );
      const found = await bench.settings('managed');
      const { stderr } = await ended(bench.start('managed', '--restart'), 1);
      assert.match(
        stderr,
        /argocd-controller manages minReadySeconds of deployment\/managed .*nothing was touched/,
      );
      assert.match(stderr, /ignoreDifferences .*--allow-manager=argocd-controller/);
      assert.deepEqual(await bench.settings('managed'), found);
      await ended(bench.start('managed', '--restart', '--allow-manager=argocd-controller'), 0);
    });

    it('gives the Deployment its fields back also when its Lease was deleted', async () => {
      await bench.whole({ name: 'leaseless', replicas: 3, spec: { minReadySeconds: 1 } });
      const found = await bench.settings('leaseless');
      const plugin = bench.spawn('leaseless', '--max-unavailable=1', '--image=main=app:v2');
      await untilEvent(plugin, ({ type, wave }) => type === 'wave-begun' && wave === 2);
      plugin.kill();
      await plugin.end;
      await bench.kubectl('delete', 'lease', 'zone-rollout-deployment-leaseless');
      await ended(bench.start('leaseless', '--max-unavailable=1'), 0);
      assert.deepEqual(await bench.settings('leaseless'), found);
    });

    it('begins again with the first zone when the template changes on the way, and leaves that one too', async () => {
      await bench.stale({ name: 'changing', simulation: { start: '200ms', flush: '500ms' } });
      const witness = await bench.witness('changing');
      const run = bench.start('changing', '--max-unavailable=1');
      await untilEvent(run, ({ type, wave }) => type === 'wave-begun' && wave === 4);
      await bench.kubectl('set', 'image', 'deployment/changing', 'main=app:v3');
      await ended(run, 0);
      const { zones, mixed, terminating } = await witness.testimony();
      assert.deepEqual([mixed, terminating], [[], 1]);
      const fourth = zones.length - 6;
      assert.ok(fourth === 3 || fourth === 4, zones.join(' '));
      assert.deepEqual(zones.slice(fourth), [...zones.slice(fourth)].sort());
      const { images } = await bench.pods('changing');
      assert.deepEqual(new Set(images), new Set(['app:v3']));
    });

    it('goes back with --undo, first where it had come to', async () => {
      await bench.whole({ name: 'undone', simulation: { start: '200ms', flush: '500ms' } });
      const found = await bench.settings('undone');
      const forward = bench.start('undone', '--max-unavailable=1', '--image=main=app:v2');
      await untilEvent(forward, ({ type, zone }) => type === 'wave-begun' && zone === 'zone-b');
      forward.interrupt();
      await ended(forward, 130);
      const witness = await bench.witness('undone');
      const { events } = await ended(bench.start('undone', '--undo'), 0);
      assert.deepEqual([...new Set(wavesIn(events).map(({ zone }) => zone))], [...zonesOf(events)].sort());
      assert.deepEqual((await witness.testimony()).mixed, []);
      assert.deepEqual(new Set((await bench.pods('undone')).images), new Set(['app:v1']));
      assert.deepEqual(await bench.settings('undone'), found);
    });

    it('makes a ReplicaSet that is to the controller and to kubectl as one of its own', async () => {
      for (const [name, revisionHistoryLimit, history] of [
        ['made', 10, /^1 [\s\S]*^2 /m],
        ['forgetful', 0, /^2 /m],
      ] as const) {
        await bench.whole({ name, replicas: 3, spec: { revisionHistoryLimit } });
        await ended(bench.start(name, '--image=main=app:v2'), 0);
        await bench.kubectl('rollout', 'status', `deployment/${name}`, '--timeout=60s');
        assert.match(await bench.kubectl('rollout', 'history', `deployment/${name}`), history);
      }
      await bench.kubectl('rollout', 'undo', 'deployment/made');
      await bench.kubectl('rollout', 'status', 'deployment/made', '--timeout=60s');
      assert.deepEqual(new Set((await bench.pods('made')).images), new Set(['app:v1']));
      const sets = await bench.kubectl('get', 'rs', '-l', 'app=made', '-o', 'name');
      assert.equal(sets.trim().split('\n').length, 2);
    });

    it('asks the budgets although nothing is evicted', async () => {
      await bench.stale({ name: 'guarded' });
      await cluster.apply({
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: { name: 'guarded', namespace: NAMESPACE },
        spec: { minAvailable: 6, selector: { matchLabels: { app: 'guarded' } } },
      });
      const run = bench.start('guarded', '--max-unavailable=1');
      const { reason } = await untilEvent(run, ({ type }) => type === 'eviction-refused');
      assert.match(reason ?? '', /disruption budget guarded needs 6 healthy pods/i);
      assert.deepEqual(await bench.replicas('guarded'), { 'app:v1': 6 });
      await bench.kubectl('delete', 'pdb', 'guarded');
      await ended(run, 0);
    });

    it('refuses what it cannot hold, and touches nothing', async () => {
      await bench.whole({ name: 'recreated', replicas: 3, spec: { strategy: { type: 'Recreate' } } });
      const recreate = await ended(bench.start('recreated'), 1);
      assert.match(recreate.stderr, /strategy Recreate: its controller removes all pods at once/);

      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
      await bench.whole({ name: 'surging', spec: { strategy } });
      await bench.kubectl('set', 'image', 'deployment/surging', 'main=app:broken');
      await bench.kubectl('wait', 'deploy/surging', '--for=jsonpath={.status.updatedReplicas}=2');
      const found = await bench.settings('surging');
      const surging = await ended(bench.start('surging'), 1);
      assert.match(surging.stderr, /is being rolled out by its controller, with 2 more than its 6 pods/);
      assert.deepEqual(await bench.settings('surging'), found);

      await bench.kubectl('rollout', 'pause', 'deployment/surging');
      const paused = await ended(bench.start('surging'), 1);
      assert.match(paused.stderr, /is paused with 2 more than its 6 pods/);
      const there = await bench.replicas('surging');
      const [, patch = ''] = /-p '(\{.*\})'/.exec(paused.stderr) ?? [];
      await bench.kubectl('patch', 'deployment/surging', '--type=merge', '-p', patch);
      const all = `--for=jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/desired-replicas}=8`;
      await bench.kubectl('wait', 'rs', '-l', 'app=surging', all, '--timeout=30s');
      assert.deepEqual(await bench.replicas('surging'), there);
    });

    it('holds a Deployment that surges, and gives it its surge back', async () => {
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: '50%', maxUnavailable: 0 } };
      await bench.whole({ name: 'surged', simulation: { start: '200ms', flush: '1s' }, spec: { strategy } });
      const found = await bench.settings('surged');
      const witness = await bench.witness('surged');
      await ended(bench.start('surged', '--max-unavailable=1', '--image=main=app:v2'), 0);
      await assertOneZone(witness, { most: 1, zones: IN_ORDER });
      assert.deepEqual(await bench.settings('surged'), found);
    });
  });
}

async function assertOneZone(
  witness: DeploymentWitness,
  { most, zones }: { most: number; zones: readonly string[] },
): Promise<void> {
  const seen = await witness.testimony();
  assert.deepEqual(seen.zones, zones);
  assert.deepEqual(seen.mixed, []);
  assert.ok(seen.terminating <= most, `${seen.terminating} pods were terminating together`);
  assert.ok(seen.serving >= zones.length - most, `only ${seen.serving} pods served`);
}

function zonesOf(events: Parameters<typeof wavesIn>[0]): Set<string> {
  return new Set(wavesIn(events).map(({ zone }) => zone));
}
