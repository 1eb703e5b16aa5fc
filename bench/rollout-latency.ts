/**
 * From "the last pod of a wave is Ready" to "the next eviction has happened", on the real control plane, as a watch
 * of its own sees both: the watch event with Ready true, and the watch event with a deletionTimestamp. That is more
 * than the time until the eviction is sent: the API server's work and the way of both events are in it.
 *
 *   node --import tsx bench/rollout-latency.ts
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../shared/clock.ts';
import { connect } from '../shared/kube/connect.ts';
import { type Pod, readPod } from '../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../shared/kube/paths.ts';
import { readySinceMs } from '../shared/kube/pods.ts';
import { watchCache } from '../shared/kube/watch-cache.ts';
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { statefulSet } from '../test/cluster/fixtures.ts';

const PODS = 90;
const NAMESPACE = 'default';

const cluster = await controlPlaneCluster();
try {
  const fixture = {
    name: 'ingester',
    namespace: NAMESPACE,
    replicas: PODS,
    simulation: { start: '100ms', startMax: '500ms' },
  };
  await cluster.apply(statefulSet(fixture));
  await cluster.waitReady('StatefulSet', 'ingester', NAMESPACE);
  await cluster.apply(statefulSet({ ...fixture, image: 'app:v2' }));

  const kube = await connect(
    { kubeconfig: cluster.kubeconfigPath },
    {
      env: {},
      clock: systemClock,
      random: Math.random,
      stderr: process.stderr,
      interactive: false,
      version: 'bench',
    },
  );
  const gapsMs: number[] = [];
  let wholeAtMs: number | undefined;
  const down = new Set<string>();
  const pods = watchCache<Pod>({
    kube,
    path: resourcePath({ ...RESOURCES.pods, namespace: NAMESPACE }),
    parse: readPod,
    clock: systemClock,
    random: Math.random,
    onEvent(type, pod) {
      const { name, deletionTimestampMs } = pod.metadata;
      const nowMs = performance.now();
      const isDown =
        type === 'DELETED' || deletionTimestampMs !== undefined || readySinceMs(pod) === undefined;
      if (isDown && down.size === 0 && wholeAtMs !== undefined) {
        gapsMs.push(nowMs - wholeAtMs);
        wholeAtMs = undefined;
      }
      if (isDown) down.add(name);
      else if (down.delete(name) && down.size === 0) wholeAtMs = nowMs;
    },
  });
  await pods.synced;

  const args = [
    'rollout',
    'sts/ingester',
    '-n',
    NAMESPACE,
    '--max-unavailable',
    '2',
    '--exponential-factor',
    '0',
    '-o',
    'plain',
  ];
  const startedMs = performance.now();
  const plugin = spawn('plugin/kubectl-zone', [...args, '--kubeconfig', cluster.kubeconfigPath], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(plugin, 'exit');
  const tookMs = performance.now() - startedMs;
  await pods.stop();
  await kube.close();

  gapsMs.sort((a, b) => a - b);
  const at = (share: number) =>
    (gapsMs[Math.min(gapsMs.length - 1, Math.floor(gapsMs.length * share))] ?? Number.NaN).toFixed(0);
  process.stdout.write(
    `exit code ${code}, ${PODS} pods in ${(tookMs / 1000).toFixed(1)} s, ${gapsMs.length} gaps between waves, in ms: ` +
      `median ${at(0.5)}, 95th percentile ${at(0.95)}, longest ${at(1)}\n`,
  );
} finally {
  await cluster.stop();
}
