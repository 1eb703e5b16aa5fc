import { PODS, REPLICASETS } from '../api/resources.ts';
import { controllerOf, type Fields, type KubeObject, keyOf, objectKey } from '../store/object.ts';
import { PodCreator } from './pod-creator.ts';
import { isFinished, isReady, isTerminating, podsControlledBy, untilAvailableMs } from './pods.ts';
import { COALESCE_MS, WorkQueue } from './queue.ts';
import {
  type Control,
  type Controller,
  controlledBy,
  type Pod,
  resourceOf,
  type WorkloadSpec,
} from './types.ts';

export interface ReplicaSet extends KubeObject {
  spec: WorkloadSpec;
  status?: { replicas?: number; readyReplicas?: number; availableReplicas?: number };
}

/** Delay before a denied pod is retried. */
const RETRY_MS = 1000;

/** The inputs of one reconciliation of a set. */
interface Work {
  control: Control;
  queue: WorkQueue;
  creator: PodCreator;
}

/** Starts the ReplicaSet controller. */
export function replicaSets(control: Control): Controller {
  const { store } = control.objects;
  const creator = new PodCreator(control);
  const queue = new WorkQueue(
    control.clock,
    (key) => reconcile({ control, queue, creator }, key),
    COALESCE_MS,
  );
  const unsubscribe = store.subscribe(({ resource, object }) => {
    if (resource === REPLICASETS) queue.add(keyOf(object));
    if (resource !== PODS) return;
    const owner = controllerOf(object);
    if (owner?.kind === 'ReplicaSet') queue.add(objectKey(object.metadata.namespace, owner.name));
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
      creator.stop();
    },
  };
}

function reconcile(work: Work, key: string): void {
  const { control, queue, creator } = work;
  const { store } = control.objects;
  const [namespace = '', name = ''] = key.split('/');
  const set = store.get(REPLICASETS, namespace, name) as ReplicaSet | undefined;
  if (!set) return;
  if (!isTerminating(set)) {
    const active = activePods(control, set);
    const known = active.length + creator.underway(set.metadata.uid).size;
    for (let missing = set.spec.replicas - known; missing > 0; missing--) create(work, set);
    const surplus = Math.max(0, active.length - set.spec.replicas);
    for (const pod of active.sort(firstToGo).slice(0, surplus)) remove(control, pod);
  }
  writeStatus(control, queue, set);
}

function activePods(control: Control, set: ReplicaSet): Pod[] {
  const pods = podsControlledBy(control.objects.store, set.metadata.uid);
  return pods.filter((pod) => !isTerminating(pod) && !isFinished(pod));
}

function create({ control, queue, creator }: Work, set: ReplicaSet): void {
  const { template } = set.spec;
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace ? { namespace: set.metadata.namespace } : {}),
      ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [controlledBy(set)],
    },
    spec: template.spec,
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
  creator.create(pod, {
    created({ metadata: { name } }) {
      const message = `Created pod: ${name}`;
      control.recorder.record(set, 'replicaset-controller', 'Normal', 'SuccessfulCreate', message);
    },
    refused: () => queue.addAfter(keyOf(set), RETRY_MS),
  });
}

function remove(control: Control, pod: Pod): void {
  control.objects.delete(resourceOf(control, PODS), pod.metadata.namespace, pod.metadata.name);
}

/**
 * Unassigned, pending, unready and low-cost pods are deleted first, then the newest (controller_utils,
 * ActivePodsWithRanks).
 */
function firstToGo(a: Pod, b: Pod): number {
  return (
    Number(Boolean(a.spec.nodeName)) - Number(Boolean(b.spec.nodeName)) ||
    Number(a.status.phase === 'Running') - Number(b.status.phase === 'Running') ||
    Number(isReady(a)) - Number(isReady(b)) ||
    deletionCost(a) - deletionCost(b) ||
    createdMs(b) - createdMs(a)
  );
}

function deletionCost(pod: Pod): number {
  const cost = Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
  return Number.isInteger(cost) ? cost : 0;
}

function createdMs(pod: Pod): number {
  return Date.parse(pod.metadata.creationTimestamp ?? '');
}

function writeStatus(control: Control, queue: WorkQueue, set: ReplicaSet): void {
  const pods = activePods(control, set);
  const nowMs = control.clock.nowMs();
  let available = 0;
  for (const pod of pods) {
    const waitMs = untilAvailableMs(pod, set.spec.minReadySeconds, nowMs);
    if (waitMs === 0) available += 1;
    else if (Number.isFinite(waitMs)) queue.addAfter(keyOf(set), waitMs);
  }
  const status: Fields = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: available,
    observedGeneration: set.metadata.generation,
  };
  const { namespace, name } = set.metadata;
  const resource = resourceOf(control, REPLICASETS);
  control.objects.update(resource, namespace, name, (latest) => ({ ...latest, status }), {
    subresource: 'status',
  });
}
