import { bindPod } from '../api/binding.ts';
import { NODES, PODS } from '../api/resources.ts';
import { controllerOf, type KubeObject, keyOf, timestamp } from '../store/object.ts';
import { fits, isTolerated } from './placement.ts';
import { condition } from './pods.ts';
import { WorkQueue } from './queue.ts';
import { type Control, type Controller, type Node, type Pod, resourceOf } from './types.ts';

const ZONE = 'topology.kubernetes.io/zone';
const ALL = 'all';

/** The number of pods by node, and by owner and zone. */
interface Load {
  byNode: Map<string, number>;
  byOwnerZone: Map<string, number>;
}

/**
 * Starts the scheduler: the zone with the fewest pods of the same owner, in it the node with the fewest pods. A
 * StatefulSet's pod returns to its previous zone, as with a volume.
 */
export function scheduler(control: Control): Controller {
  const { store } = control.objects;
  const pending = new Map<string, Pod>();
  const homes = new Map<string, string>();
  const queue = new WorkQueue(control.clock, () => scheduleAll(control, pending, homes));
  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    if (resource === NODES) return queue.add(ALL);
    if (resource !== PODS) return;
    const pod = object as Pod;
    const waits = type !== 'DELETED' && !pod.spec.nodeName && !pod.metadata.deletionTimestamp;
    if (!waits) pending.delete(keyOf(pod));
    else {
      const isNew = !pending.has(keyOf(pod));
      pending.set(keyOf(pod), pod);
      if (isNew) queue.add(ALL);
    }
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function scheduleAll(control: Control, pending: Map<string, Pod>, homes: Map<string, string>): void {
  if (pending.size === 0) return;
  const { store } = control.objects;
  const nodes = store.list(NODES) as Node[];
  const load = countLoad(store.values(PODS), nodes);
  for (const pod of [...pending.values()]) {
    const home = homes.get(homeKey(pod));
    const { node, why } = choose(pod, nodes, load, home);
    if (!node) markUnschedulable(control, pod, why);
    else {
      place(load, pod, node);
      remember(homes, pod, node);
      bind(control, pod, node);
    }
  }
}

function choose(
  pod: Pod,
  nodes: readonly Node[],
  load: Load,
  home: string | undefined,
): { node?: Node; why: string } {
  const rejected = new Map<string, number>();
  const suitable = nodes.filter((node) => {
    const why = reasonAgainst(pod, node, home);
    if (why) rejected.set(why, (rejected.get(why) ?? 0) + 1);
    return !why;
  });
  const cost = (node: Node): [number, number] => [
    load.byOwnerZone.get(ownerZone(pod, zoneOf(node))) ?? 0,
    load.byNode.get(node.metadata.name) ?? 0,
  ];
  const best = suitable.toSorted((a, b) => {
    const [zoneA, nodeA] = cost(a);
    const [zoneB, nodeB] = cost(b);
    return zoneA - zoneB || nodeA - nodeB;
  })[0];
  return { ...(best ? { node: best } : {}), why: unschedulableMessage(nodes.length, rejected) };
}

function reasonAgainst(pod: Pod, node: Node, home: string | undefined): string | undefined {
  if (node.spec?.unschedulable) return 'node(s) were unschedulable';
  if (!isTolerated(pod, node)) return 'node(s) had untolerated taint(s)';
  if (!fits(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  if (home !== undefined && zoneOf(node) !== home) return 'node(s) had volume node affinity conflict';
  return undefined;
}

/** The real scheduler's message: `0/6 nodes are available: 2 node(s) were unschedulable, …`. */
function unschedulableMessage(nodes: number, rejected: ReadonlyMap<string, number>): string {
  if (nodes === 0) return 'no nodes available to schedule pods';
  const reasons = [...rejected].map(([why, count]) => `${count} ${why}`).sort();
  return `0/${nodes} nodes are available: ${reasons.join(', ')}. preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;
}

function markUnschedulable(control: Control, pod: Pod, message: string): void {
  const before = condition(pod, 'PodScheduled');
  if (before?.status === 'False' && before.message === message) return;
  const now = timestamp(control.clock.nowMs());
  const unscheduled = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
    reason: 'Unschedulable',
    message,
  };
  control.objects.update(
    resourceOf(control, PODS),
    pod.metadata.namespace,
    pod.metadata.name,
    (current) => ({ ...current, status: { ...(current as Pod).status, conditions: [unscheduled] } }),
    { subresource: 'status' },
  );
  control.recorder.record(pod, 'default-scheduler', 'Warning', 'FailedScheduling', message);
}

function bind(control: Control, pod: Pod, node: Node): void {
  const { namespace, name } = pod.metadata;
  bindPod(
    control.objects,
    resourceOf(control, PODS),
    namespace,
    name,
    node.metadata.name,
    control.clock.nowMs(),
  );
  const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
  control.recorder.record(pod, 'default-scheduler', 'Normal', 'Scheduled', message);
}

function countLoad(pods: Iterable<KubeObject>, nodes: readonly Node[]): Load {
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  const load: Load = { byNode: new Map(), byOwnerZone: new Map() };
  for (const pod of pods) {
    const node = byName.get((pod as Pod).spec.nodeName ?? '');
    if (node) place(load, pod, node);
  }
  return load;
}

function place(load: Load, pod: KubeObject, node: Node): void {
  increment(load.byNode, node.metadata.name);
  increment(load.byOwnerZone, ownerZone(pod, zoneOf(node)));
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function remember(homes: Map<string, string>, pod: Pod, node: Node): void {
  const zone = zoneOf(node);
  if (controllerOf(pod)?.kind === 'StatefulSet' && zone) homes.set(homeKey(pod), zone);
}

function homeKey(pod: Pod): string {
  return `${controllerOf(pod)?.uid}/${pod.metadata.name}`;
}

function ownerZone(pod: KubeObject, zone: string): string {
  return `${controllerOf(pod)?.uid}/${zone}`;
}

function zoneOf(node: Node): string {
  return node.metadata.labels?.[ZONE] ?? '';
}
