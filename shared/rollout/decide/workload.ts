import { createHash } from 'node:crypto';
import type { Container, Node, ObjectMeta, Pod, StatefulSet } from '../../kube/objects.ts';
import { NODE_ZONES, type ZoneSource } from '../../kube/zones.ts';
import type { ReplicaSet, RolledDeployment } from './deployment-objects.ts';
import type { PlaceMemory } from './deployment-places.ts';
import { annotatedMaxUnavailable, canaryZones } from './grafana.ts';
import { REVISION_LABEL } from './observe.ts';
import { observeDeployment, ownedSets } from './observe-deployment.ts';
import { type LeftSet, observeStatefulSets } from './observe-sets.ts';
import { withPlaces } from './pods.ts';
import type { Observation, RolloutOptions, ZoneOrigin } from './types.ts';
import { idOf, type MemberKind, type WorkloadId } from './workload-id.ts';

/** What is rolled out, at one moment: one object, or the StatefulSets of a group. */
export interface Workload {
  id: WorkloadId;
  /** The objects whose pods are rolled out; at least one. */
  members: readonly Member[];
  /** Of all members. */
  replicas: number;
  /** The largest of the members. */
  minReadySeconds: number;
  /** Names the revisions that the pods should have; empty if a controller has not named its own yet. */
  updateRevision: string;
  /** Whether the members' update revisions belong to their newest templates. */
  revisionObserved: boolean;
  /** Where the pods' zones come from by default. */
  zonesBy: ZoneOrigin;
  /** All controllers let the rollout choose which pods are removed. */
  isHeld: boolean;
  /** Of a group: the default that its annotations set, and the value of the one that decides. */
  maxUnavailable?: { pods: number; value: string } | undefined;
  /** Zones that must come before the others, in this order, because they are canaries. */
  firstZones: readonly string[];
  /** The member that controls a pod; undefined for a pod of another owner. */
  memberOf(pod: Pod): Member | undefined;
  /** Converts it to an Observation. */
  observe(cluster: ObservedCluster, looking: Looking): Observation;
}

/** A StatefulSet or Deployment of a workload. */
export interface Member {
  kind: MemberKind;
  metadata: ObjectMeta;
  replicas: number;
  /** The owner's value, even while a rollout has set another. */
  minReadySeconds: number;
  selector: StatefulSet['spec']['selector'];
  /** The revision that all its pods should have; empty if the controller has not named it yet. */
  updateRevision: string;
  /** The previous revision, if the controller reports it. */
  currentRevision: string | undefined;
  /** Whether `updateRevision` belongs to the newest template. */
  revisionObserved: boolean;
  /** The controller lets the rollout choose which pods are removed. */
  isHeld: boolean;
  /** For a StatefulSet: its update strategy keeps pods below this ordinal on the old revision; 0 for none. */
  partition: number;
  /** Of the template. */
  containers: readonly Container[];
  /** The revision of a pod; undefined for a pod of another owner. */
  revisionOf(pod: Pod): string | undefined;
}

export interface ObservedCluster {
  /** Pods that match the selector; other owners' are ignored. */
  pods: Iterable<Pod>;
  /** By name. Undefined without permission to read nodes: the pods' own zone labels are used. */
  nodes: ReadonlyMap<string, Node> | undefined;
  /** Where the pods' zones come from; undefined for the workload's default, the nodes' zone label. */
  zones?: ZoneSource | undefined;
}

/** What is needed to identify the replacements of removed pods, and where those were. */
export interface Looking {
  memory: PlaceMemory;
  minReadyMs: number;
  /** By the API server's clock. */
  nowMs: number;
}

/** For observations before there is a rollout. */
export const FIRST_LOOK: Looking = { memory: { inFlight: [], lastZones: {} }, minReadyMs: 0, nowMs: 0 };

/** `statefulset/ingester`. */
export function subjectOf({ kind, metadata }: Pick<Member, 'kind' | 'metadata'>): string {
  return `${kind}/${metadata.name}`;
}

/** The revision of a pod; undefined for a pod of another owner. */
export function revisionOf(workload: Pick<Workload, 'memberOf'>, pod: Pod): string | undefined {
  return workload.memberOf(pod)?.revisionOf(pod);
}

/** The revision of a pod that is not on the one it should have; undefined for the others. */
export function oldRevisionOf(workload: Pick<Workload, 'memberOf'>, pod: Pod): string | undefined {
  const member = workload.memberOf(pod);
  const revision = member?.revisionOf(pod);
  return revision === member?.updateRevision ? undefined : revision;
}

/** The options with the zones of canaries before those that were asked for. */
export function withFirstZones(options: RolloutOptions, { firstZones }: Workload): RolloutOptions {
  if (firstZones.length === 0) return options;
  return { ...options, zoneOrder: [...new Set([...firstZones, ...options.zoneOrder])] };
}

/** A workload that is one StatefulSet. */
export function statefulSetWorkload(statefulSet: StatefulSet): Workload {
  return setsWorkload(idOf('statefulset', statefulSet.metadata), [statefulSet], []);
}

/**
 * A workload that consists of StatefulSets.
 *
 * @param sets at least one
 * @param left those that were part of it before
 */
export function setsWorkload(
  id: WorkloadId,
  sets: readonly StatefulSet[],
  left: readonly LeftSet[],
): Workload {
  const zonesBy: ZoneOrigin = id.kind === 'group' ? { kind: 'statefulset' } : NODE_ZONES;
  const facts = ofMembers(id, sets.map(statefulSetMember));
  const { updateRevision } = facts;
  return {
    id,
    ...facts,
    zonesBy,
    maxUnavailable: id.kind === 'group' ? annotatedMaxUnavailable(sets) : undefined,
    firstZones: canaryZones(sets),
    observe({ zones = zonesBy.kind === 'statefulset' ? undefined : zonesBy, ...cluster }, looking) {
      const { memory, minReadyMs, nowMs } = looking;
      const seen = observeStatefulSets({ sets, left, updateRevision, ...cluster, zones });
      return withPlaces(seen, memory, minReadyMs, nowMs);
    },
  };
}

export function statefulSetMember({ metadata, spec, status }: StatefulSet): Member {
  return {
    kind: 'statefulset',
    metadata,
    replicas: spec.replicas,
    minReadySeconds: spec.minReadySeconds,
    selector: spec.selector,
    updateRevision: status.updateRevision,
    currentRevision: status.currentRevision,
    revisionObserved: status.observedGeneration >= metadata.generation,
    isHeld: spec.updateStrategy.type === 'OnDelete',
    partition: partitionOf(spec.updateStrategy),
    containers: spec.template.spec.containers,
    revisionOf: ({ metadata: { controller, labels } }) =>
      controller?.uid === metadata.uid ? (labels[REVISION_LABEL] ?? 'unknown') : undefined,
  };
}

/** The ordinal below which an update strategy keeps pods on the old revision; 0 for none. */
export function partitionOf({ type, rollingUpdate }: StatefulSet['spec']['updateStrategy']): number {
  return type === 'RollingUpdate' ? (rollingUpdate?.partition ?? 0) : 0;
}

/** How a rollout treats a partition, as a sentence; undefined if there is none. */
export function describePartition(partition: number): string | undefined {
  if (partition === 0) return undefined;
  return `its partition ${partition} keeps pods below ordinal ${partition} on the old revision; a rollout replaces all pods, these too`;
}

/** What the operator should know of the members' partitions, as sentences. */
export function partitionLines({ members }: Pick<Workload, 'members'>): string[] {
  return members.flatMap((member) => {
    const line = describePartition(member.partition);
    if (line === undefined) return [];
    return members.length === 1 ? line : `${subjectOf(member)}: ${line}`;
  });
}

/** @param minReadySeconds the value before the rollout paused the Deployment */
export function deploymentWorkload(
  deployment: RolledDeployment,
  replicaSets: Iterable<ReplicaSet>,
  minReadySeconds: number,
): Workload {
  const { metadata, spec } = deployment;
  const sets = ownedSets(deployment, replicaSets);
  const revisions = new Map(sets.map((set) => [set.metadata.uid, set.revision]));
  const member: Member = {
    kind: 'deployment',
    metadata,
    replicas: spec.replicas,
    minReadySeconds,
    selector: spec.selector,
    updateRevision: deployment.revision,
    currentRevision: undefined,
    revisionObserved: true,
    isHeld: spec.paused,
    partition: 0,
    containers: spec.template.spec.containers,
    revisionOf: (pod) => revisions.get(pod.metadata.controller?.uid ?? ''),
  };
  return {
    id: idOf('deployment', metadata),
    ...ofMembers(idOf('deployment', metadata), [member]),
    zonesBy: NODE_ZONES,
    firstZones: [],
    observe: (cluster, { memory, minReadyMs, nowMs }) =>
      observeDeployment({ deployment, replicaSets: sets, ...cluster }, memory, minReadyMs, nowMs),
  };
}

/** What a workload is according to its members. */
function ofMembers(
  { name }: WorkloadId,
  members: readonly Member[],
): Omit<Workload, 'id' | 'zonesBy' | 'firstZones' | 'observe'> {
  return {
    members,
    replicas: members.reduce((sum, { replicas }) => sum + replicas, 0),
    minReadySeconds: Math.max(...members.map(({ minReadySeconds }) => minReadySeconds)),
    updateRevision: combinedRevision(name, members),
    revisionObserved: members.every(({ revisionObserved }) => revisionObserved),
    isHeld: members.every(({ isHeld }) => isHeld),
    memberOf: (pod) => members.find((member) => member.revisionOf(pod) !== undefined),
  };
}

/**
 * One name for the revisions of several members: another one as soon as one of them has another template, joins or
 * leaves. Waves then start again with one pod.
 */
function combinedRevision(name: string, members: readonly Member[]): string {
  const [only, ...others] = members;
  if (others.length === 0) return only?.updateRevision ?? '';
  if (members.some(({ updateRevision }) => updateRevision === '')) return '';
  const revisions = members.map(({ metadata, updateRevision }) => `${metadata.uid} ${updateRevision}`).sort();
  const hash = createHash('sha256').update(revisions.join('\n')).digest('hex').slice(0, 10);
  return `${name}-${hash}`;
}
