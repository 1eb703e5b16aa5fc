/**
 * Many evictions of one zone, all sent at once through the real API server: how many are admitted, and how long it
 * takes. The first lines are the floor on this machine: the same evictions with no webhook, and with one that finds no
 * budget. Then a budget allows all of them, and then a sixth; `ratio` is to the floor.
 *
 *   node --import tsx bench/webhook-storm.ts [PODS] [bind] [counters]
 *
 * With `bind` evictions are also tied to their pods by the mutating webhook: two calls for each. With `counters` the
 * replicas' own figures follow, as they add up. The control plane is built at the first run, which takes minutes.
 */
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../test/cluster/fixtures.ts';
import { podsOf } from '../test/cluster/observe.ts';
import { isWhole, waitBudget, zoneBudget } from '../test/webhook/helpers/budgets.ts';
import { connectTo, evictPod } from '../test/webhook/helpers/evictions.ts';
import { type Installation, installWebhook } from '../test/webhook/helpers/installation.ts';

const NAME = 'ingester';
const COUNTERS =
  /^(process_cpu_seconds_total|kubectl_zone_webhook_(batch_size_(sum|count)|conflicts_total|decisions_total.*|decision_duration_seconds_sum.*)) .*$/gm;

const pods = Number(process.argv[2] ?? 300);
const flags = new Set(process.argv.slice(3));
const cluster = await controlPlaneCluster({ zones: ['zone-a'], nodesPerZone: 8 });
const kube = await connectTo(cluster.kubeconfigPath);
let webhook: Installation | undefined;
let floorMs = 0;
let rounds = 0;

/** Starts pods in a namespace of their own and evicts all of them at the same moment; then takes them away. */
async function storm(round: string, maxUnavailable?: number): Promise<void> {
  const at = { namespace: `storm-${rounds}`, name: NAME };
  rounds += 1;
  const simulation = { start: '100ms', flush: '10s' };
  await cluster.apply(namespace(at.namespace), statefulSet({ ...at, replicas: pods, simulation }));
  await cluster.waitReady('StatefulSet', NAME, at.namespace);
  if (maxUnavailable !== undefined) {
    await cluster.apply(zoneBudget({ ...at, maxUnavailable }));
    await waitBudget(cluster, at, (budget) => isWhole(budget) && budget.status?.expectedReplicas === pods);
  }
  const names = (await podsOf(cluster, at.namespace, NAME)).map(({ name }) => name);
  const beganMs = performance.now();
  const answers = await Promise.all(names.map((name) => evictPod(kube, at.namespace, name)));
  const tookMs = Math.round(performance.now() - beganMs);
  floorMs ||= tookMs;
  const refusals: Record<string, number> = {};
  for (const { code, message, pod } of answers) {
    if (code === 201) continue;
    const sentence = `${code} ${message.replaceAll(pod, 'POD')}`;
    refusals[sentence] = (refusals[sentence] ?? 0) + 1;
  }
  const admitted = answers.filter(({ code }) => code === 201).length;
  const ratio = Number((tookMs / floorMs).toFixed(2));
  process.stdout.write(`${JSON.stringify({ round, pods, admitted, tookMs, ratio, refusals })}\n`);
  if (flags.has('counters')) {
    for (const replica of webhook?.replicas ?? [])
      process.stdout.write(`${((await replica.metrics()).match(COUNTERS) ?? []).join('\n')}\n\n`);
  }
  await cluster.kubectl(['delete', 'statefulset', NAME, '-n', at.namespace]);
  await cluster.kubectl(['wait', 'pods', '--all', '--for=delete', '-n', at.namespace, '--timeout=120s']);
}

try {
  await storm('no webhook');
  webhook = await installWebhook(cluster, { mutating: flags.has('bind') });
  await storm('webhook without a budget');
  for (const maxUnavailable of [pods, Math.floor(pods / 6)])
    await storm(`budget of ${maxUnavailable}`, maxUnavailable);
} finally {
  await kube.close();
  await webhook?.stop();
  await cluster.stop();
}
