import { isDeepStrictEqual } from 'node:util';
import { DEPLOYMENTS, PODS, REPLICASETS } from '../api/resources.ts';
import { controllerOf, type KubeObject, keyOf, objectKey } from '../store/object.ts';
import {
  type Deployment,
  type Plan,
  recreateStep,
  resolveRolling,
  rollingStep,
  sum,
  wantedBy,
} from './deployment-plan.ts';
import {
  annotated,
  DESIRED_REPLICAS,
  isActive,
  isScalingEvent,
  MAX_REPLICAS,
  proportionalScale,
} from './deployment-scale.ts';
import { deploymentStatus } from './deployment-status.ts';
import { isTerminating, podsControlledBy } from './pods.ts';
import { WorkQueue } from './queue.ts';
import type { ReplicaSet } from './replicaset.ts';
import { safeHash } from './revisions.ts';
import { type Control, type Controller, controlledBy, type PodTemplate, resourceOf } from './types.ts';

const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

/** Starts the Deployment controller. Progress deadlines are not implemented. */
export function deployments(control: Control): Controller {
  const { store } = control.objects;
  const queue = new WorkQueue(control.clock, (key) => reconcile(control, key));
  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    if (resource === DEPLOYMENTS) queue.add(keyOf(object));
    const owner = controllerOf(object);
    if (resource === REPLICASETS && owner?.kind === 'Deployment')
      queue.add(objectKey(object.metadata.namespace, owner.name));
    // Recreate waits for the last old pod, whose set no longer changes then.
    if (resource === PODS && type === 'DELETED' && owner?.kind === 'ReplicaSet') {
      const set = store.get(REPLICASETS, object.metadata.namespace, owner.name);
      const above = set && controllerOf(set);
      if (above?.kind === 'Deployment') queue.add(objectKey(object.metadata.namespace, above.name));
    }
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function reconcile(control: Control, key: string): void {
  const { store } = control.objects;
  const [namespace = '', name = ''] = key.split('/');
  const deployment = store.get(DEPLOYMENTS, namespace, name) as Deployment | undefined;
  if (!deployment || isTerminating(deployment)) return;
  const sets = ownedSets(control, deployment);
  const existing = sets.find((set) =>
    isDeepStrictEqual(withoutHash(set.spec.template), deployment.spec.template),
  );
  const old = sets.filter((set) => set !== existing);
  const isScaled = deployment.spec.paused === true || isScalingEvent(deployment.spec.replicas, sets);
  const newSet = existing ?? (isScaled ? undefined : createSet(control, deployment, sets));
  if (newSet) {
    setMinReady(control, deployment, newSet);
    renumber(control, deployment, newSet, old);
  }
  if (isScaled) scale(control, deployment, newSet, old);
  else if (newSet) carryOut(control, deployment, newSet, plan(control, deployment, newSet, old));
  writeStatus(control, deployment, newSet);
  if (newSet) cleanUp(control, deployment, newSet);
}

/** Scales a Deployment that is paused, or whose `replicas` have changed. */
function scale(
  control: Control,
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  old: readonly ReplicaSet[],
): void {
  const { replicas, strategy } = deployment.spec;
  const all = newSet ? [...old, newSet] : old;
  const { maxSurge } = resolveRolling(strategy.rollingUpdate ?? {}, replicas);
  const counted = sum(all, (set) => set.status?.replicas ?? 0);
  const wanted = { replicas, maxSurge, counted, isRolling: strategy.type === 'RollingUpdate' };
  const sizes = proportionalScale(wanted, newSet, old);
  for (const [set, size] of sizes) scaleSet(control, deployment, set, size, all.filter(isActive).length > 1);
}

function plan(
  control: Control,
  deployment: Deployment,
  newSet: ReplicaSet,
  old: readonly ReplicaSet[],
): Plan {
  const { replicas, strategy } = deployment.spec;
  if (strategy.type === 'Recreate') {
    const oldPods = old.flatMap((set) => podsControlledBy(control.objects.store, set.metadata.uid));
    return recreateStep(replicas, newSet, old, oldPods);
  }
  return rollingStep(replicas, resolveRolling(strategy.rollingUpdate ?? {}, replicas), newSet, old);
}

function carryOut(
  control: Control,
  deployment: Deployment,
  newSet: ReplicaSet,
  { newReplicas, old }: Plan,
): void {
  scaleSet(control, deployment, newSet, newReplicas);
  for (const [set, replicas] of old) scaleSet(control, deployment, set, replicas);
}

/** With `always`, also annotates a set that already has its size. */
function scaleSet(
  control: Control,
  deployment: Deployment,
  set: ReplicaSet,
  replicas: number,
  always = false,
): void {
  const { namespace, name } = set.metadata;
  const tells = scaledFor(deployment);
  const isTold = Object.entries(tells).every(([key, value]) => annotated(set, key) === Number(value));
  if (wantedBy(set) === replicas && (isTold || !always)) return;
  control.objects.update(resourceOf(control, REPLICASETS), namespace, name, (current) => ({
    ...current,
    metadata: { ...current.metadata, annotations: { ...current.metadata.annotations, ...tells } },
    spec: { ...(current as ReplicaSet).spec, replicas },
  }));
  if (wantedBy(set) === replicas) return;
  const direction = replicas > wantedBy(set) ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${name} from ${wantedBy(set)} to ${replicas}`;
  control.recorder.record(deployment, 'deployment-controller', 'Normal', 'ScalingReplicaSet', message);
}

function scaledFor({ spec: { replicas, strategy } }: Deployment): Record<string, string> {
  const { maxSurge } = resolveRolling(strategy.rollingUpdate ?? {}, replicas);
  return { [DESIRED_REPLICAS]: String(replicas), [MAX_REPLICAS]: String(replicas + maxSurge) };
}

function createSet(control: Control, deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = safeHash(JSON.stringify(template));
  const labels = { ...template.metadata?.labels, [HASH]: hash };
  return control.objects.create(resourceOf(control, REPLICASETS), {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace ? { namespace: deployment.metadata.namespace } : {}),
      labels,
      annotations: { ...scaledFor(deployment), [REVISION]: String(newestNumber(sets) + 1) },
      ownerReferences: [controlledBy(deployment)],
    },
    spec: {
      replicas: 0,
      ...(minReadySeconds ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }) as ReplicaSet;
}

/** Only the newest set follows the Deployment, even while that is paused (deployment/sync.go, getNewReplicaSet). */
function setMinReady(control: Control, { spec }: Deployment, set: ReplicaSet): void {
  const minReadySeconds = spec.minReadySeconds ?? 0;
  if ((set.spec.minReadySeconds ?? 0) === minReadySeconds) return;
  const { namespace, name } = set.metadata;
  control.objects.update(resourceOf(control, REPLICASETS), namespace, name, (current) => ({
    ...current,
    spec: { ...(current as ReplicaSet).spec, minReadySeconds },
  }));
}

/** A set that is reused, for example on a rollback, gets the newest revision number; the Deployment shows it. */
function renumber(
  control: Control,
  deployment: Deployment,
  newSet: ReplicaSet,
  old: readonly ReplicaSet[],
): void {
  const number = Math.max(revisionOf(newSet), newestNumber(old) + 1);
  annotate(control, REPLICASETS, newSet, number);
  annotate(control, DEPLOYMENTS, deployment, number);
}

function annotate(control: Control, storage: string, object: KubeObject, number: number): void {
  const { namespace, name } = object.metadata;
  control.objects.update(resourceOf(control, storage), namespace, name, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...current.metadata.annotations, [REVISION]: String(number) },
    },
  }));
}

function writeStatus(control: Control, deployment: Deployment, newSet: ReplicaSet | undefined): void {
  const sets = ownedSets(control, deployment);
  const latest = newSet && sets.find((set) => set.metadata.uid === newSet.metadata.uid);
  const { namespace, name } = deployment.metadata;
  control.objects.update(
    resourceOf(control, DEPLOYMENTS),
    namespace,
    name,
    (current) => ({
      ...current,
      status: deploymentStatus(current as Deployment, sets, latest, control.clock.nowMs()),
    }),
    { subresource: 'status' },
  );
}

function cleanUp(control: Control, deployment: Deployment, newSet: ReplicaSet): void {
  const limit = deployment.spec.revisionHistoryLimit ?? 10;
  const empty = ownedSets(control, deployment)
    .filter((set) => set.metadata.uid !== newSet.metadata.uid && wantedBy(set) === 0 && !set.status?.replicas)
    .sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of empty.slice(0, Math.max(0, empty.length - limit)))
    control.objects.delete(resourceOf(control, REPLICASETS), set.metadata.namespace, set.metadata.name);
}

function ownedSets(control: Control, deployment: Deployment): ReplicaSet[] {
  return control.objects.store
    .ownedBy(deployment.metadata.uid ?? '')
    .filter(({ resource, object }) => resource === REPLICASETS && !isTerminating(object))
    .map(({ object }) => object as ReplicaSet);
}

function withoutHash(template: PodTemplate): PodTemplate {
  const { [HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[REVISION] ?? 0);
}

function newestNumber(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf));
}
