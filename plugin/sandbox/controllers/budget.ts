import type { LabelSelector } from '../../../shared/kube/selectors.ts';
import { conditionOf } from '../api/eviction.ts';
import { BUDGETS, PODS } from '../api/resources.ts';
import { selects } from '../api/selectors.ts';
import { controllerOf, type Fields, fieldsAt, type KubeObject, keyOf, timestamp } from '../store/object.ts';
import { isFinished, isReady, isTerminating } from './pods.ts';
import { COALESCE_MS, WorkQueue } from './queue.ts';
import { type Control, type Controller, type Pod, resourceOf } from './types.ts';

/** An admitted eviction counts as a disruption for this long if no deletion follows (disruption.go). */
const DISRUPTION_TIMEOUT_MS = 120_000;

/** Starts the controller that computes the status of PodDisruptionBudgets. */
export function budgets(control: Control): Controller {
  const { store } = control.objects;
  const queue = new WorkQueue(control.clock, (key) => reconcile(control, queue, key), COALESCE_MS);
  const unsubscribe = store.subscribe(({ resource, object }) => {
    if (resource === BUDGETS) queue.add(keyOf(object));
    if (resource !== PODS) return;
    for (const budget of store.values(BUDGETS))
      if (budget.metadata.namespace === object.metadata.namespace && guards(budget, object))
        queue.add(keyOf(budget));
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function guards(budget: KubeObject, pod: KubeObject): boolean {
  return selects(fieldsAt(budget, 'spec').selector as LabelSelector | undefined, pod.metadata.labels);
}

function reconcile(control: Control, queue: WorkQueue, key: string): void {
  const { store } = control.objects;
  const [namespace = '', name = ''] = key.split('/');
  const budget = store.get(BUDGETS, namespace, name);
  if (!budget || isTerminating(budget)) return;
  const nowMs = control.clock.nowMs();
  const pods: Pod[] = [];
  for (const pod of store.values(PODS))
    if (pod.metadata.namespace === namespace && guards(budget, pod) && !isFinished(pod as Pod))
      pods.push(pod as Pod);

  const disrupted = stillDisrupted(fieldsAt(budget, 'status', 'disruptedPods'), pods, nowMs);
  if (Object.keys(disrupted).length > 0) queue.addAfter(key, DISRUPTION_TIMEOUT_MS);
  const healthy = pods.filter(
    (pod) => !isTerminating(pod) && isReady(pod) && disrupted[pod.metadata.name] === undefined,
  ).length;
  const { expected, desired } = wanted(control, budget, pods);
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
  const status: Fields = {
    conditions: [disruptionAllowed(budget, allowed, nowMs)],
    currentHealthy: healthy,
    desiredHealthy: desired,
    ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  };
  control.objects.update(
    resourceOf(control, BUDGETS),
    namespace,
    name,
    (current) => ({ ...current, status }),
    { subresource: 'status' },
  );
}

function stillDisrupted(recorded: Fields, pods: readonly Pod[], nowMs: number): Record<string, string> {
  const living = new Set(pods.filter((pod) => !isTerminating(pod)).map((pod) => pod.metadata.name));
  const entries = Object.entries(recorded).map(([name, since]) => [name, String(since)] as const);
  return Object.fromEntries(
    entries.filter(([name, since]) => living.has(name) && nowMs - Date.parse(since) < DISRUPTION_TIMEOUT_MS),
  );
}

/** How many pods are expected, and how many must stay healthy. */
function wanted(
  control: Control,
  budget: KubeObject,
  pods: readonly Pod[],
): { expected: number; desired: number } {
  const { minAvailable, maxUnavailable } = fieldsAt(budget, 'spec');
  if (maxUnavailable !== undefined) {
    const expected = ownersReplicas(control, pods);
    return { expected, desired: Math.max(0, expected - scaled(maxUnavailable, expected)) };
  }
  if (typeof minAvailable === 'number') return { expected: pods.length, desired: minAvailable };
  const expected = ownersReplicas(control, pods);
  return { expected, desired: scaled(minAvailable, expected) };
}

/** Replicas that the controllers of the pods want; pods without a controller are not counted. */
function ownersReplicas(control: Control, pods: readonly Pod[]): number {
  const counted = new Set<string>();
  let replicas = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner || counted.has(owner.uid)) continue;
    counted.add(owner.uid);
    const resource = control.catalog.ofKind(owner.apiVersion, owner.kind);
    const object =
      resource && control.objects.store.get(resource.storage, pod.metadata.namespace, owner.name);
    if (object?.metadata.uid === owner.uid) replicas += Number(fieldsAt(object, 'spec').replicas ?? 0);
  }
  return replicas;
}

/** A number, or a percentage of `total` rounded up. */
function scaled(value: unknown, total: number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value ?? '0%'));
  return Math.ceil((Number(percent?.[1] ?? 0) * total) / 100);
}

function disruptionAllowed(budget: KubeObject, allowed: number, nowMs: number): Fields {
  const before = conditionOf(budget, 'DisruptionAllowed');
  const status = allowed > 0 ? 'True' : 'False';
  return {
    type: 'DisruptionAllowed',
    status,
    observedGeneration: budget.metadata.generation,
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : timestamp(nowMs),
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
  };
}
