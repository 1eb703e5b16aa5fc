/**
 * Simultaneous evictions in all zones against two replicas of the webhook, 200 times, on the real control plane. A
 * witness that knows nothing of budgets watches the pods: two zones must never be down together. `turns` counts the
 * rounds in which a second zone was admitted after the first was whole again.
 *
 *   node --import tsx bench/webhook-races.ts [ROUNDS]
 */
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../test/cluster/fixtures.ts';
import { podsOf } from '../test/cluster/observe.ts';
import { startWitness } from '../test/cluster/witness.ts';
import { isWhole, waitBudget, zoneBudget } from '../test/webhook/helpers/budgets.ts';
import { connectTo, evictPod } from '../test/webhook/helpers/evictions.ts';
import { installWebhook } from '../test/webhook/helpers/installation.ts';

const NAMESPACE = 'races';
const PODS = 12;
const rounds = Number(process.argv[2] ?? 200);

const cluster = await controlPlaneCluster();
const webhook = await installWebhook(cluster);
try {
  await cluster.apply(
    namespace(NAMESPACE),
    statefulSet({
      name: 'ingester',
      namespace: NAMESPACE,
      replicas: PODS,
      simulation: { start: '50ms', startMax: '150ms', flush: '50ms', flushMax: '150ms' },
    }),
    zoneBudget({ name: 'ingester', namespace: NAMESPACE, maxUnavailable: 4 }),
  );
  await cluster.waitReady('StatefulSet', 'ingester', NAMESPACE);
  const at = { namespace: NAMESPACE, name: 'ingester' };
  const settled = () =>
    waitBudget(cluster, at, (budget) => isWhole(budget) && budget.status?.expectedReplicas === PODS);
  await settled();
  const witness = await startWitness(cluster, { namespace: NAMESPACE, app: 'ingester' });
  const kube = await connectTo(cluster.kubeconfigPath);
  const zoneOf = new Map(
    (await podsOf(cluster, NAMESPACE, 'ingester')).map(({ name, zone }) => [name, zone ?? '']),
  );
  const names = [...zoneOf.keys()];

  const codes = new Map<number, number>();
  let admittedRounds = 0;
  let turns = 0;
  for (let round = 0; round < rounds; round += 1) {
    await settled();
    const shuffled = names.toSorted(() => Math.random() - 0.5);
    const answers = await Promise.all(shuffled.map((name) => evictPod(kube, NAMESPACE, name)));
    for (const { code } of answers) codes.set(code, (codes.get(code) ?? 0) + 1);
    const zones = new Set(answers.filter(({ code }) => code === 201).map(({ pod }) => zoneOf.get(pod)));
    if (zones.size > 0) admittedRounds += 1;
    if (zones.size > 1) turns += 1;
  }
  await settled();
  await cluster.waitReady('StatefulSet', 'ingester', NAMESPACE);
  process.stderr.write(`${JSON.stringify({ admittedRounds, turns, codes: Object.fromEntries(codes) })}\n`);
  const testimony = await witness.testimony();
  await kube.close();
  process.stdout.write(
    `${JSON.stringify({ rounds, pods: PODS, admittedRounds, turns, codes: Object.fromEntries(codes), testimony })}\n`,
  );
  process.exitCode = testimony.zonesTogether > 1 ? 1 : 0;
} finally {
  await webhook.stop();
  await cluster.stop();
}
