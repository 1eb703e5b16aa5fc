import { PODS, REVISIONS, STATEFULSETS } from '../api/resources.ts';
import { selects } from '../api/selectors.ts';
import { controllerOf, type Fields, type KubeObject, keyOf, objectKey } from '../store/object.ts';
import { PodCreator } from './pod-creator.ts';
import { isFinished, isReady, isTerminating, podsControlledBy, untilAvailableMs } from './pods.ts';
import { COALESCE_MS, WorkQueue } from './queue.ts';
import { currentTemplateRevision, type Revision, revisionsOf, truncateHistory } from './revisions.ts';
import { newReplica, ordinalOf, type StatefulSet } from './statefulset-pod.ts';
import { type Control, type Controller, controlledBy, type Pod, resourceOf } from './types.ts';

/** Delay before a denied pod is retried. */
const RETRY_MS = 1000;

/** Starts the StatefulSet controller (kubernetes/pkg/controller/statefulset, without volume claims). */
export function statefulSets(control: Control): Controller {
  const { store } = control.objects;
  const creator = new PodCreator(control);
  const queue = new WorkQueue(control.clock, (key) => reconcile(control, creator, queue, key), COALESCE_MS);
  const unsubscribe = store.subscribe(({ resource, object }) => {
    if (resource === STATEFULSETS) queue.add(keyOf(object));
    else if (resource === PODS || resource === REVISIONS) {
      const owner = controllerOf(object);
      if (owner?.kind === 'StatefulSet') queue.add(objectKey(object.metadata.namespace, owner.name));
    }
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
      creator.stop();
    },
  };
}

/** One reconciliation of a set: the state shared by the steps below. */
interface Round {
  set: StatefulSet;
  update: Revision;
  current: Revision;
  /** Pods by ordinal in the wanted range; missing ones are undefined. */
  replicas: Map<number, Pod | undefined>;
  /** Pods outside the range, highest ordinal first. */
  condemned: Pod[];
  ordered: boolean;
  creator: PodCreator;
  available(pod: Pod): boolean;
  /** Reconciles the set again later. */
  retry(): void;
}

function reconcile(control: Control, creator: PodCreator, queue: WorkQueue, key: string): void {
  const { store } = control.objects;
  const [namespace = '', name = ''] = key.split('/');
  const set = store.get(STATEFULSETS, namespace, name) as StatefulSet | undefined;
  if (!set || isTerminating(set)) return;
  if (set.status?.observedGeneration === undefined) adopt(control, set);

  const known = revisionsOf(control, set);
  const update = currentTemplateRevision(control, set, known);
  const current = known.find((revision) => revision.metadata.name === set.status?.currentRevision) ?? update;
  const nowMs = control.clock.nowMs();
  const pods = podsControlledBy(store, set.metadata.uid);
  const round: Round = {
    set,
    update,
    current,
    ...split(set, pods),
    ordered: set.spec.podManagementPolicy !== 'Parallel',
    creator,
    retry: () => queue.addAfter(key, RETRY_MS),
    available(pod) {
      const waitMs = untilAvailableMs(pod, set.spec.minReadySeconds, nowMs);
      if (waitMs > 0 && Number.isFinite(waitMs)) queue.addAfter(key, waitMs);
      return waitMs === 0;
    },
  };
  if (scale(control, round)) roll(control, round);
  writeStatus(control, round, podsControlledBy(store, set.metadata.uid));
  const live = new Set([current.metadata.name, update.metadata.name, ...pods.map(revisionOfPod)]);
  truncateHistory(control, set, live, set.spec.revisionHistoryLimit ?? 10);
}

function split(set: StatefulSet, pods: readonly Pod[]): Pick<Round, 'replicas' | 'condemned'> {
  const first = set.spec.ordinals?.start ?? 0;
  const replicas = new Map<number, Pod | undefined>();
  for (let ordinal = first; ordinal < first + set.spec.replicas; ordinal++) replicas.set(ordinal, undefined);
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (replicas.has(ordinal)) replicas.set(ordinal, pod);
    else condemned.push(pod);
  }
  condemned.sort((a, b) => ordinalOf(set, b) - ordinalOf(set, a));
  return { replicas, condemned };
}

/** Creates missing pods and deletes surplus ones. Returns whether the set may continue with the rolling update. */
function scale(control: Control, round: Round): boolean {
  const { replicas, condemned, ordered } = round;
  for (const [ordinal, pod] of replicas) {
    if (pod && isFinished(pod) && !isTerminating(pod)) remove(control, pod);
    else if (!pod) create(control, round, ordinal);
    const healthy = pod !== undefined && !isTerminating(pod) && round.available(pod);
    if (ordered && !healthy) return false;
  }
  for (const pod of condemned) {
    if (!isTerminating(pod)) remove(control, pod);
    if (ordered) return false;
  }
  return true;
}

/** Replaces at most one pod of an old revision, highest ordinal first, once all above it are available. */
function roll(control: Control, { set, replicas, update, available }: Round): void {
  if (set.spec.updateStrategy.type !== 'RollingUpdate') return;
  const partition = (set.spec.ordinals?.start ?? 0) + (set.spec.updateStrategy.rollingUpdate?.partition ?? 0);
  for (const [ordinal, pod] of [...replicas].reverse()) {
    if (ordinal < partition || !pod || isTerminating(pod)) return;
    if (revisionOfPod(pod) !== update.metadata.name) {
      remove(control, pod);
      return;
    }
    if (!available(pod)) return;
  }
}

function create(control: Control, { set, current, update, creator, retry }: Round, ordinal: number): void {
  const { updateStrategy, ordinals } = set.spec;
  const partition =
    updateStrategy.type === 'RollingUpdate' ? (updateStrategy.rollingUpdate?.partition ?? 0) : 0;
  const revision = ordinal < (ordinals?.start ?? 0) + partition ? current : update;
  const pod = newReplica(set, revision, ordinal);
  // A pod of that name with another owner blocks it until that pod is gone.
  if (control.objects.store.get(PODS, pod.metadata.namespace, pod.metadata.name)) return;
  for (const { metadata } of creator.underway(set.metadata.uid)) {
    if (metadata.name === pod.metadata.name) return;
  }
  creator.create(pod, {
    created() {
      const message = `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`;
      control.recorder.record(set, 'statefulset-controller', 'Normal', 'SuccessfulCreate', message);
    },
    refused: retry,
  });
}

function remove(control: Control, pod: Pod): void {
  control.objects.delete(resourceOf(control, PODS), pod.metadata.namespace, pod.metadata.name, {
    preconditions: { uid: pod.metadata.uid },
  });
}

function writeStatus(control: Control, round: Round, pods: readonly Pod[]): void {
  const { set, current, update } = round;
  const living = pods.filter((pod) => !isTerminating(pod));
  const on = (revision: Revision) =>
    living.filter((pod) => revisionOfPod(pod) === revision.metadata.name).length;
  const status: Fields = {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: pods.filter(round.available).length,
    currentReplicas: on(current),
    updatedReplicas: on(update),
    currentRevision: current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: set.status?.collisionCount ?? 0,
  };
  // Only a rolling update is ever completed; with OnDelete currentRevision is not updated.
  const complete = status.updatedReplicas === status.replicas && status.readyReplicas === status.replicas;
  if (set.spec.updateStrategy.type === 'RollingUpdate' && complete) {
    status.currentReplicas = status.updatedReplicas;
    status.currentRevision = update.metadata.name;
  }
  control.objects.update(
    resourceOf(control, STATEFULSETS),
    set.metadata.namespace,
    set.metadata.name,
    (latest) => ({ ...latest, status }),
    { subresource: 'status' },
  );
}

function revisionOfPod(pod: KubeObject): string {
  return pod.metadata.labels?.['controller-revision-hash'] ?? '';
}

/** Adopts matching pods without a controller, for example after a deletion with `--cascade=orphan`. */
function adopt(control: Control, set: StatefulSet): void {
  for (const pod of control.objects.store.list(PODS, set.metadata.namespace)) {
    if (controllerOf(pod) || isTerminating(pod) || !selects(set.spec.selector, pod.metadata.labels)) continue;
    if (ordinalOf(set, pod) < 0) continue;
    control.objects.update(
      resourceOf(control, PODS),
      pod.metadata.namespace,
      pod.metadata.name,
      (orphan) => ({
        ...orphan,
        metadata: {
          ...orphan.metadata,
          ownerReferences: [...(orphan.metadata.ownerReferences ?? []), controlledBy(set)],
        },
      }),
    );
  }
}
