/**
 * The nodes of three zones drained by `kubectl zone drain` and by `kubectl drain`, one after the other on the same
 * control plane: the same nodes in the same order, the same StatefulSet under the same zone budget, and the real
 * webhook in two processes. Spare nodes take the pods, which take 2 to 20 s to come back.
 *
 *   node --import tsx bench/drain.ts [PODS] [NODES] [MAX_UNAVAILABLE]
 *
 * 300 pods on 30 nodes, of which one zone may be away at once (100), unless told. For each it prints one JSON line:
 *
 * - `tookS` until every pod is back, and `drainedS` until the program has ended: kubectl does not wait for pods to
 *   come back. Both begin with all pods ready on the nodes to be drained.
 * - `boundS` is the lower bound: the sum over the zones of their slowest pod, from its deletion until it is ready
 *   again, as a watch of the measurement's own saw it in this very run; `ratio` is tookS to it.
 * - `refused` are the evictions that the webhook denied, by its own metrics; `zonesTogether` what a witness saw.
 *
 * The control plane is built at the first run, which takes minutes. `90 15` takes four minutes. With 300 pods on two
 * cores KWOK falls behind and deletes pods by name that have been made anew meanwhile, again and again: such a run
 * does not end, and says nothing of the drain.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { systemClock } from '../shared/clock.ts';
import type { Kube } from '../shared/kube/kube.ts';
import { type Pod, readPod } from '../shared/kube/objects.ts';
import { RESOURCES, resourcePath } from '../shared/kube/paths.ts';
import { readySinceMs } from '../shared/kube/pods.ts';
import { watchCache } from '../shared/kube/watch-cache.ts';
import { controlPlaneCluster } from '../test/cluster/control-plane-cluster.ts';
import { namespace, statefulSet } from '../test/cluster/fixtures.ts';
import { zonesOfNodes } from '../test/cluster/observe.ts';
import { startWitness } from '../test/cluster/witness.ts';
import { runInProcess } from '../test/helpers/context.ts';
import { kubectlPath } from '../test/helpers/kubectl.ts';
import { isWhole, waitBudget, zoneBudget } from '../test/webhook/helpers/budgets.ts';
import { connectTo } from '../test/webhook/helpers/evictions.ts';
import { installWebhook } from '../test/webhook/helpers/installation.ts';

const NAME = 'ingester';
const SPARE_PER_ZONE = 4;
const DENIED = /^kubectl_zone_webhook_decisions_total\{[^}]*verdict="deny"[^}]*\} (\d+)$/gm;

const [pods = 300, nodes = 30, maxUnavailable = Math.ceil(pods / 3)] = process.argv.slice(2).map(Number);
const perZone = Math.ceil(nodes / 3);

const cluster = await controlPlaneCluster({ nodesPerZone: perZone + SPARE_PER_ZONE });
const kube = await connectTo(cluster.kubeconfigPath);
const zoneOf = await zonesOfNodes(cluster);
const number = (node: string) => Number(node.slice(node.lastIndexOf('-') + 1));
const all = [...zoneOf.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
const old = all.filter((node) => number(node) < perZone);
const spare = all.filter((node) => number(node) >= perZone);
const webhook = await installWebhook(cluster);

try {
  await measure('kubectl zone drain', drainZones);
  await measure('kubectl drain', drainOneByOne);
} finally {
  await kube.close();
  await webhook.stop();
  await cluster.stop();
}

/** Puts all pods on the nodes to be drained, and drains these. */
async function measure(program: string, drain: () => Promise<number | undefined>): Promise<void> {
  const at = { namespace: program.replaceAll(' ', '-'), name: NAME };
  await cluster.kubectl(['uncordon', ...old]);
  await cluster.kubectl(['cordon', ...spare]);
  const simulation = { start: '2s', startMax: '20s', flush: '500ms', flushMax: '1500ms' };
  await cluster.apply(namespace(at.namespace), statefulSet({ ...at, replicas: pods, simulation }));
  await cluster.waitReady('StatefulSet', NAME, at.namespace);
  await cluster.apply(zoneBudget({ ...at, maxUnavailable }));
  await waitBudget(cluster, at, (budget) => isWhole(budget) && budget.status?.expectedReplicas === pods);
  await cluster.kubectl(['uncordon', ...spare]);

  const witness = await startWitness(cluster, { namespace: at.namespace, app: NAME });
  const absences = await watchAbsences(kube, at.namespace);
  const deniedBefore = await denied();
  const beganMs = performance.now();
  const exitCode = await drain();
  const drainedS = seconds(performance.now() - beganMs);
  await absences.over(pods);
  const tookS = seconds(performance.now() - beganMs);

  const boundS = seconds(absences.slowestByZone().reduce((sum, ms) => sum + ms, 0));
  const { zonesTogether, podsDown } = await witness.testimony();
  const result = {
    program,
    exitCode,
    ...{ pods, nodes: old.length, maxUnavailable, tookS, drainedS, boundS },
    ratio: Number((tookS / boundS).toFixed(2)),
    slowestByZoneS: absences.slowestByZone().map(seconds),
    refused: (await denied()) - deniedBefore,
    ...{ zonesTogether, podsDown },
    load: loadavg().map((load) => Number(load.toFixed(1))),
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  await absences.stop();
  await cluster.kubectl(['delete', 'statefulset', NAME, '-n', at.namespace, '--cascade=foreground']);
}

async function drainZones(): Promise<number | undefined> {
  const run = runInProcess(cluster.kubeconfigPath, ['drain', ...old, '--yes', '-o', 'json']);
  const { code, stdout } = await run.end;
  process.stderr.write(`${stdout.trimEnd().split('\n').at(-1)}\n`);
  return code;
}

/** kubectl takes one node after the other, in the order in which they are named. */
async function drainOneByOne(): Promise<number | undefined> {
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath };
  const child = spawn(await kubectlPath(), ['drain', ...old], { env, stdio: 'ignore' });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : undefined;
}

async function denied(): Promise<number> {
  const texts = await Promise.all(webhook.replicas.map((replica) => replica.metrics()));
  return texts
    .flatMap((text) => [...text.matchAll(DENIED)])
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Sees for how long each pod is away. */
async function watchAbsences(kube: Kube, of: string) {
  const away = new Map<string, { zone: string; sinceMs: number }>();
  const slowest = new Map<string, number>();
  const back = new Set<string>();
  const cache = watchCache<Pod>({
    kube,
    path: resourcePath({ ...RESOURCES.pods, namespace: of }),
    parse: readPod,
    clock: systemClock,
    random: Math.random,
    onEvent(type, pod, previous) {
      const { name } = pod.metadata;
      const isReady = type !== 'DELETED' && readySinceMs(pod) !== undefined && !isLeaving(pod);
      const nowMs = performance.now();
      const absence = away.get(name);
      if (isReady && absence) {
        away.delete(name);
        back.add(name);
        slowest.set(absence.zone, Math.max(slowest.get(absence.zone) ?? 0, nowMs - absence.sinceMs));
      } else if (!isReady && !absence) {
        away.set(name, { zone: zoneOf.get((previous ?? pod).spec.nodeName ?? '') ?? '', sinceMs: nowMs });
      }
    },
  });
  await cache.synced;
  return {
    /** Resolves when so many pods have been away and are back. */
    over: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (back.size >= count && away.size === 0) resolve();
        };
        cache.onChange(look);
        look();
      }),
    slowestByZone: () => [...slowest].sort().map(([, ms]) => ms),
    stop: () => cache.stop(),
  };
}

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestampMs !== undefined;
}

function seconds(ms: number): number {
  return Number((ms / 1000).toFixed(1));
}
