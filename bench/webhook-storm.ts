/**
 * Many evictions of one zone at once through the real API server: how many are admitted, and how long it takes.
 *
 *   node --import tsx bench/webhook-storm.ts [PODS] [bind]
 *
 * With `bind` evictions are also tied to their pods by the mutating webhook: two calls for each.
 */
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../test/cluster/fixtures.ts';
import { podsOf } from '../test/cluster/observe.ts';
import { isWhole, waitBudget, zoneBudget } from '../test/webhook/helpers/budgets.ts';
import { connectTo, evictPod } from '../test/webhook/helpers/evictions.ts';
import { installWebhook } from '../test/webhook/helpers/installation.ts';

const NAMESPACE = 'storm';
const pods = Number(process.argv[2] ?? 300);

async function printCounters(): Promise<void> {
  const counters = await Promise.all(webhook.replicas.map((replica) => replica.metrics()));
  const wanted =
    /^(process_cpu_seconds_total|kubectl_zone_webhook_(batch_size_(sum|count)|conflicts_total|decisions_total.*|decision_duration_seconds_sum.*)) .*$/gm;
  for (const text of counters) process.stdout.write(`${(text.match(wanted) ?? []).join('\n')}\n\n`);
}

const cluster = await controlPlaneCluster({ zones: ['zone-a'], nodesPerZone: 4 });
const webhook = await installWebhook(cluster, { mutating: process.argv[3] === 'bind' });
try {
  await cluster.apply(
    namespace(NAMESPACE),
    statefulSet({
      name: 'ingester',
      namespace: NAMESPACE,
      replicas: pods,
      simulation: { start: '100ms', flush: '20s' },
    }),
    zoneBudget({ name: 'ingester', namespace: NAMESPACE, maxUnavailable: pods }),
  );
  const kube = await connectTo(cluster.kubeconfigPath);
  const at = { namespace: NAMESPACE, name: 'ingester' };
  for (const maxUnavailable of [pods, Math.floor(pods / 6)]) {
    await cluster.apply(zoneBudget({ ...at, maxUnavailable }));
    await cluster.waitReady('StatefulSet', 'ingester', NAMESPACE);
    await waitBudget(cluster, at, (budget) => isWhole(budget) && budget.status?.expectedReplicas === pods);
    const names = (await podsOf(cluster, NAMESPACE, 'ingester')).map(({ name }) => name);
    const beganMs = performance.now();
    const answers = await Promise.all(names.map((name) => evictPod(kube, NAMESPACE, name)));
    const tookMs = Math.round(performance.now() - beganMs);
    const admitted = answers.filter(({ code }) => code === 201).length;
    const refusals: Record<string, number> = {};
    for (const { code, message, pod } of answers) {
      if (code === 201) continue;
      const sentence = `${code} ${message.replaceAll(pod, 'POD')}`;
      refusals[sentence] = (refusals[sentence] ?? 0) + 1;
    }
    process.stdout.write(`${JSON.stringify({ pods, maxUnavailable, admitted, tookMs, refusals })}\n`);
    await printCounters();
  }
  await kube.close();
} finally {
  await webhook.stop();
  await cluster.stop();
}
