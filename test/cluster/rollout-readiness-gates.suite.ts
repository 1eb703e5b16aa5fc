import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PLUGIN_PATH } from '../helpers/plugin.ts';
import { untilEvent, wavesIn } from '../helpers/plugin-run.ts';
import { openScreen } from '../plugin/views/fixtures/screen.ts';
import type { ClusterFactory, TestCluster } from './cluster.ts';
import { namespace } from './fixtures.ts';
import { ended, type RolloutBench, rolloutBench } from './rollout-bench.ts';

const NAMESPACE = 'readiness-gates';
const GATE = 'target-health.elbv2.k8s.aws/k8s-shop-web-0123456789';

/** Pods that are ready only once somebody outside says so, such as a load balancer's controller. */
export function rolloutReadinessGatesSuite(factory: ClusterFactory): void {
  describe('rollout: readiness gates', () => {
    let cluster: TestCluster;
    let bench: RolloutBench;

    before(async () => {
      cluster = await factory();
      await cluster.apply(namespace(NAMESPACE));
      bench = rolloutBench(cluster, NAMESPACE);
    });
    after(async () => {
      await bench.close();
      await cluster.stop();
    });

    const stale = async (name: string) => {
      await bench.stale({ name, replicas: 3 });
      await bench.apply({ name, replicas: 3, image: 'app:v3', readinessGates: [GATE] });
    };
    const setGate = (pod: string, status: 'True' | 'False', reason = '', message = '') => {
      const conditions = [{ type: GATE, status, reason, message }];
      const patch = JSON.stringify({ status: { conditions } });
      return bench.kubectl(
        'patch',
        'pod',
        pod,
        '--subresource=status',
        '--type=strategic',
        `--patch=${patch}`,
      );
    };
    it('waits for those that are not true yet, and names them with the state of the target', async () => {
      await stale('gated');
      const run = bench.start('gated', '--max-unavailable=1');
      const waits = (words: string) =>
        untilEvent(run, ({ type, reason = '' }) => type === 'waiting' && reason.includes(words));
      for (const [index, zone] of ['zone-a', 'zone-b', 'zone-c'].entries()) {
        const { pods } = await untilEvent(run, (event) => event.type === 'wave-begun' && event.zone === zone);
        const pod = Array.isArray(pods) ? (pods[0] ?? '') : '';
        await waits(`${pod} (readiness gate ${GATE} is not set yet)`);
        if (index === 0) {
          const why = ['Elb.RegistrationInProgress', 'Target registration is in progress'] as const;
          await setGate(pod, 'False', ...why);
          await waits(`${pod} (readiness gate ${GATE} is False: ${why.join(': ')})`);
          await setGate(pod, 'False', 'Target.FailedHealthChecks', 'Health checks failed');
          await waits('is False: Target.FailedHealthChecks: Health checks failed');
        }
        await setGate(pod, 'True');
      }
      const { events } = await ended(run, 0);
      assert.deepEqual(
        wavesIn(events).map(({ zone }) => zone),
        ['zone-a', 'zone-b', 'zone-c'],
      );
    });

    it('shows them in the live view', async (t) => {
      await stale('drawn');
      const screen = openScreen({
        program: PLUGIN_PATH,
        args: ['rollout', 'sts/drawn', '-n', NAMESPACE],
        columns: 140,
        rows: 30,
        env: { KUBECONFIG: cluster.kubeconfigPath },
      });
      t.after(() => screen.kill());
      const shows = (text: string) => screen.until(text, () => screen.visible().join('\n').includes(text));
      await shows(`readiness gate ${GATE} is not set yet`);
      const pod =
        screen
          .everything()
          .join('\n')
          .match(/drawn-\d/)?.[0] ?? '';
      await setGate(pod, 'False', 'Target.Timeout', 'Request timed out');
      await shows(`${GATE} is False: Target.Timeout: Request timed out`);
      screen.type('q');
      assert.equal(await screen.ended, 3);
    });
  });
}
