/** Converts the caches to the ledger's input: a budget's pods, those missing, and the expected number. */

import { plural } from '../../format.ts';
import { compareResourceVersions } from '../../kube/resource-version.ts';
import { tooManyReplicas } from '../../kube/scale-limit.ts';
import type { OwnerView } from './admit.ts';
import { coverage } from './budget.ts';
import type { EndedPod, PodEnds } from './ends.ts';
import { type ClusterPods, type OwnedPods, ownedPods } from './owned-pods.ts';
import {
  controllersOf,
  expects,
  isWatched,
  type Owner,
  type OwnerResult,
  ownerOf,
  ownerOfTemplate,
  type ScaleRef,
} from './owners.ts';
import { cachedPod, type PodRecord } from './pod-record.ts';
import type { BudgetObservation, CachedPod, Reservation, Versions, ZoneDisruptionBudget } from './types.ts';

/** The caches' contents, and the versions they have reached. */
export interface ObservedCluster<P extends PodRecord = PodRecord> extends ClusterPods<P> {
  versions: Versions & { readonly pods: string };
  /** Absent if everything was read at one moment. */
  ages?: NumberAges;
}

/** Whether an owner's replicas are from before the end of one of its pods, by a monotonic clock. */
export interface NumberAges extends Pick<PodEnds, 'hasEndedSince'> {
  /** When the newest consistent read behind the owner's replicas began. */
  numberAtMs(owner: Owner): number;
  /** When the pod with this uid was first observed to be absent. */
  absentSinceMs(uid: string): number;
}

export type ObservedBudget<P extends PodRecord = PodRecord> =
  | {
      kind: 'observed';
      observation: BudgetObservation;
      /** The same pods by owner. */
      owners: readonly OwnedPods<P>[];
      /** Whether any replicas are from a scale, which no watch reports. */
      polls: boolean;
    }
  /** The scales of these must be read first. */
  | { kind: 'ask'; refs: readonly ScaleRef[] }
  /** The pods cannot be counted. */
  | {
      kind: 'problem';
      /** The second half of a sentence, with what would change that. */
      reason: string;
      /** Resources whose caches may only lag: newer lists would show. */
      behind?: readonly string[];
    };

/**
 * Finds the pods that a budget covers, and expected pods that do not exist. A pod without an owner has no expected
 * number, so a budget that covers one cannot be counted, and neither can one whose selector cannot be evaluated.
 */
export function observeBudget<P extends PodRecord>(
  budget: ZoneDisruptionBudget,
  cluster: ObservedCluster<P>,
): ObservedBudget<P> {
  if (coverage(budget.spec, {}) === 'undecidable') {
    return problem('its selector has an unknown operator; correct spec.selector');
  }
  const groups = new Map<string, { owner: Owner; pods: P[] }>();
  const asks = new Map<string, ScaleRef>();
  for (const { result, pod } of claims(budget, cluster)) {
    if (result.kind === 'problem') {
      const { reason, fix, goneFrom } = result;
      const behind = goneFrom !== undefined && goneFrom !== 'the API server' ? [goneFrom] : [];
      return problem(`${reason}; ${fix}`, behind);
    }
    if (result.kind === 'ask') {
      asks.set(result.ref.uid, result.ref);
      continue;
    }
    const { owner } = result;
    const group = groups.get(owner.uid) ?? { owner, pods: [] };
    groups.set(owner.uid, group);
    if (pod) group.pods.push(pod);
  }
  if (asks.size > 0) return { kind: 'ask', refs: [...asks.values()] };
  const expectedReplicas = [...groups.values()].reduce((sum, { owner }) => sum + owner.replicas, 0);
  const tooMany = tooManyReplicas(expectedReplicas);
  if (tooMany !== undefined) return problem(absurd([...groups.values()], expectedReplicas));
  const owners = [...groups.values()].map(({ owner, pods }) => ownedPods(owner, pods, cluster));
  return {
    kind: 'observed',
    observation: observationOf(owners, budget, cluster),
    owners,
    polls: owners.some(({ owner }) => owner.source === 'scale'),
  };
}

/**
 * Whether the pod's owner expects it, as far as the caches show. An owner not in the caches expects no pods;
 * one whose scale is only read by the leader is assumed to expect the pods it has.
 *
 * @returns undefined for a pod without owner
 */
export function viewOwner(pod: PodRecord, cluster: ObservedCluster): OwnerView | undefined {
  if (!pod.controller) return undefined;
  const result = ownerOf(pod, cluster);
  if (result.kind !== 'owner') return { expected: result.kind === 'ask', versions: {} };
  const { owner } = result;
  if (owner.source === 'scale') return { expected: true, versions: {} };
  const { statefulsets = '', deployments = '', replicasets = '' } = cluster.versions;
  const expected = expects(owner, pod.name);
  return expected !== undefined
    ? { expected, versions: { statefulsets } }
    : { expected: true, versions: { deployments, replicasets } };
}

/** The owners behind this budget: of each pod it covers, and those that would create such pods. */
function* claims<P extends PodRecord>(
  { metadata: { namespace }, spec }: ZoneDisruptionBudget,
  cluster: ObservedCluster<P>,
): Generator<{ result: OwnerResult; pod?: P }> {
  for (const pod of cluster.pods.inNamespace(namespace)) {
    if (coverage(spec, pod.labels) !== 'covered') continue;
    const result = ownerOf(pod, cluster);
    // A pod that has ended is no loss, whoever owned it.
    if (result.kind === 'problem' && (pod.terminal || isLeftOver(pod, result.goneFrom, cluster))) continue;
    yield { result, pod };
  }
  // Owners would be missed while all of their pods are missing.
  for (const workload of cluster.workloads.candidates(namespace, spec.selector ?? {})) {
    if (coverage(spec, workload.templateLabels) !== 'covered') continue;
    const result = ownerOfTemplate(workload, cluster);
    if (!result || (result.kind === 'problem' && workload.replicas === 0)) continue;
    yield { result };
  }
  yield* claimsOfGone({ metadata: { namespace }, spec }, cluster);
}

/** Owners that are not watched, and would be missed while all of their pods are missing. */
function* claimsOfGone<P extends PodRecord>(
  { metadata: { namespace }, spec }: { metadata: { namespace: string }; spec: ZoneDisruptionBudget['spec'] },
  cluster: ObservedCluster<P>,
): Generator<{ result: OwnerResult }> {
  const known = new Set<string>();
  for (const pod of cluster.pods.vanished(namespace)) {
    const { controller, labels } = pod;
    if (!controller || known.has(controller.uid) || isWatched(controller)) continue;
    if (coverage(spec, labels) !== 'covered') continue;
    known.add(controller.uid);
    const read = cluster.scaleOf({ ...controller, namespace })?.kind;
    if (read !== 'gone' && read !== 'no-scale') yield { result: ownerOf(pod, cluster) };
  }
}

/**
 * Whether the pod is ending because its owner was deleted: it is no longer expected, like one beyond the
 * replicas. A cache older than the pod may not have the owner yet. This compares versions of different
 * resources, which is meaningful within one etcd; otherwise it only waits for a newer list.
 */
function isLeftOver(
  { terminating, resourceVersion }: PodRecord,
  goneFrom: Extract<OwnerResult, { kind: 'problem' }>['goneFrom'],
  { versions }: ObservedCluster,
): boolean {
  if (!terminating || goneFrom === undefined) return false;
  if (goneFrom === 'the API server') return true;
  return compareResourceVersions(versions[goneFrom] ?? '', resourceVersion) >= 0;
}

/** `statefulset boom: 2000000000 replicas are more than …`. */
function absurd(groups: readonly { owner: Owner }[], expectedReplicas: number): string {
  const [{ owner }, ...others] = groups.toSorted((a, b) => b.owner.replicas - a.owner.replicas) as [
    { owner: Owner },
    ...unknown[],
  ];
  const who = `${owner.kind.toLowerCase()} ${owner.name}`;
  const all = others.length > 0 ? `${who} and ${plural(others.length, 'more owner')}` : who;
  return `${all}: ${tooManyReplicas(expectedReplicas)}; scale down, or change the selector of the budget`;
}

function problem(reason: string, behind: readonly string[] = []) {
  return { kind: 'problem', reason, behind } as const;
}

function observationOf(
  owners: readonly OwnedPods[],
  { metadata, status }: ZoneDisruptionBudget,
  cluster: ObservedCluster,
): BudgetObservation {
  const pods: CachedPod[] = [];
  const missing: string[] = [];
  const lastZones = new Map<string, string>();
  let expectedReplicas = 0;
  for (const owned of owners) {
    expectedReplicas += owned.owner.replicas;
    for (const pod of owned.pods) {
      const cached = cachedPod(pod, cluster.zoneOfNode);
      pods.push(cached);
      const last = cached.zone ?? cluster.pods.lastZone(pod.namespace, pod.name);
      if (cached.zone === undefined && last !== undefined) lastZones.set(pod.name, last);
    }
    for (const { name, zone } of owned.missing) {
      missing.push(name);
      if (zone !== undefined) lastZones.set(name, zone);
    }
  }
  const counted = new Set(pods.map(({ uid }) => uid));
  const reserved = new Set(status.reservations.map(({ uid }) => uid));
  const uncounted: CachedPod[] = [];
  for (const pod of reserved.size > 0 ? cluster.pods.inNamespace(metadata.namespace) : []) {
    if (reserved.has(pod.uid) && !counted.has(pod.uid)) uncounted.push(cachedPod(pod, cluster.zoneOfNode));
  }
  const observation = { versions: cluster.versions, pods, missing, uncounted, expectedReplicas, lastZones };
  const all = owners.map(({ owner }) => owner);
  return { ...observation, unconfirmed: unconfirmedOwners(all, observation, status.reservations, cluster) };
}

/**
 * Owners whose replicas cannot be used yet: they may be from before one of their pods ended, and that pod is
 * then counted nowhere. The owner may have been scaled up since: the pod was created for the newer number,
 * and is missing from it now.
 */
function unconfirmedOwners<P extends PodRecord>(
  owners: readonly Owner[],
  { pods, missing, uncounted }: Pick<BudgetObservation, 'pods' | 'missing' | 'uncounted'>,
  reservations: readonly Reservation[],
  cluster: ObservedCluster<P>,
): Owner[] {
  const { ages } = cluster;
  if (!ages) return [];
  const names = new Set([...missing, ...pods.map(({ name }) => name)]);
  const seen = new Set(uncounted.map(({ uid }) => uid));
  // For a pod that was never observed here, its owner and the time of its end are unknown.
  const absentMs = reservations
    .filter(({ pod, uid }) => !names.has(pod) && !seen.has(uid))
    .map(({ uid }) => ages.absentSinceMs(uid));
  return owners.filter((owner) => {
    const atMs = ages.numberAtMs(owner);
    if (absentMs.some((sinceMs) => sinceMs >= atMs)) return true;
    const controllers = controllersOf(owner, cluster);
    // With ordinals a pod may count nowhere once it terminates; otherwise it counts until it is over.
    const countsNowhere = ({ name, controllerUid, isOver }: EndedPod) =>
      controllers.has(controllerUid) && (expects(owner, name) ?? !isOver) === false;
    return ages.hasEndedSince(owner.namespace, atMs, countsNowhere);
  });
}
