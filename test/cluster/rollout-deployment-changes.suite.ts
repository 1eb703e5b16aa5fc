import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { startLocalServer } from '../shared/gates/local-server.ts';
import { step, templateChange } from './before-request.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { type DeploymentBench, deploymentBench } from './deployment-bench.ts';
import { assertOneZone } from './deployment-witness.ts';
import { namespace } from './fixtures.ts';
import { ended } from './rollout-bench.ts';

const NAMESPACE = 'changed-deployments';
const IN_ORDER = ['zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c', 'zone-c'];
const V2 = Array.from({ length: 6 }, () => 'app:v2');

/** Deployments that somebody else changes on the way, and those that cannot be rolled out as they are. */
export function rolloutDeploymentChangesSuite(factory: ClusterFactory): void {
  describe('rollout: Deployments, and changes by others', () => {
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
        resume: /changed by a client .*: paused from true to false, and this was reverted/,
        ready: /changed by kubectl-patch: minReadySeconds from 31536000 to 1, and this was reverted/,
        more: /changed by argocd-controller: maxUnavailable from 1 to 4, and this was reverted/,
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

    it('stops before it changes the template when the fields are put back by then, and is paused no more', async () => {
      const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 3 } };
      const spec = { minReadySeconds: 1, progressDeadlineSeconds: 600, strategy };
      await bench.whole({ name: 'healed', spec });
      const found = await bench.settings('healed');
      const act = async () => {
        const manager = '--field-manager=argocd-controller';
        const fields = JSON.stringify({ spec });
        await bench.kubectl('patch', 'deploy', 'healed', '--type=merge', manager, '-p', fields);
      };
      const run = bench.startWith('healed', { before: templateChange, act }, '--image=main=app:v2');
      const { stderr } = await ended(run, 3);
      assert.match(
        stderr,
        /changed by argocd-controller: .*maxUnavailable from 1 to 3, before its template was changed/,
      );
      assert.deepEqual(await bench.settings('healed'), found);
      assert.deepEqual(await bench.replicas('healed'), { 'app:v1': 6 });
    });

    it('loses one pod to a kubectl rollout resume when it was killed before its first wave', async (t) => {
      await bench.whole({ name: 'early', simulation: { start: '100ms', flush: '1s' } });
      const witness = await bench.witness('early');
      const closed = await startLocalServer((_, response) => void response.writeHead(503).end());
      t.after(() => closed.close());
      const plugin = bench.spawn('early', '--image=main=app:v2', `--gate-http=${closed.url}`);
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
        const isNew = '{.items[?(@.spec.containers[0].image=="app:v2")].metadata.name}';
        const pod = await bench.kubectl('get', 'pods', '-l', 'app=raced', '-o', `jsonpath=${isNew}`);
        const victim = `pod/${pod}`;
        const set = victim.replace(/^pod\/(.*)-[^-]*$/, 'rs/$1');
        const version = () => bench.kubectl('get', set, '-o', 'jsonpath={.metadata.resourceVersion}');
        const seen = await version();
        await bench.kubectl('delete', victim, '--wait=false');
        while ((await version()) === seen);
      };
      const flags = ['--max-unavailable=1', '--image=main=app:v2'];
      await ended(bench.startWith('raced', { before: step(2), act }, ...flags), 0);
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
        /argocd-controller manages minReadySeconds of deployment\/managed .*nothing was changed/,
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

function zonesOf(events: Parameters<typeof wavesIn>[0]): Set<string> {
  return new Set(wavesIn(events).map(({ zone }) => zone));
}
