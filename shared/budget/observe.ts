/** From what the caches show to what the ledger counts: the pods of a budget, those missing, how many there should be. */
import { coverage } from './budget.ts';
import type { OwnerView } from './ledger.ts';
import { type ClusterPods, type OwnedPods, ownedPods } from './owned-pods.ts';
import {
  expectedNames,
  type Owner,
  type OwnerResult,
  ownerOf,
  ownerOfTemplate,
  type ScaleRef,
} from './owners.ts';
import { cachedPod, type PodRecord } from './pod-record.ts';
import type { BudgetObservation, CachedPod, Versions, ZoneDisruptionBudget } from './types.ts';

/** What the caches show, and how far they have got. */
export interface ObservedCluster<P extends PodRecord = PodRecord> extends ClusterPods<P> {
  versions: Versions & { readonly pods: string };
}

export type ObservedBudget<P extends PodRecord = PodRecord> =
  | {
      kind: 'observed';
      observation: BudgetObservation;
      /** The same pods by owner. */
      owners: readonly OwnedPods<P>[];
      /** Whether a number came from a scale, which no watch reports. */
      polls: boolean;
    }
  /** The scales of these have to be read first. */
  | { kind: 'ask'; refs: readonly ScaleRef[] }
  /** The pods cannot be counted; the second half of a sentence that says so. */
  | { kind: 'problem'; reason: string };

/**
 * Finds the pods that a budget covers and those that their owners ask for and that do not exist. A pod without an owner
 * has no number that it could be missing from, so that a budget that covers one cannot be counted, and neither can one
 * whose selector nobody can evaluate.
 */
export function observeBudget<P extends PodRecord>(
  budget: ZoneDisruptionBudget,
  cluster: ObservedCluster<P>,
): ObservedBudget<P> {
  if (coverage(budget.spec, {}) === 'undecidable') {
    return { kind: 'problem', reason: 'its selector has an operator that nobody knows' };
  }
  const groups = new Map<string, { owner: Owner; pods: P[] }>();
  const asks = new Map<string, ScaleRef>();
  for (const { result, pod } of claims(budget, cluster)) {
    if (result.kind === 'problem') return result;
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
  const owners = [...groups.values()].map(({ owner, pods }) => ownedPods(owner, pods, cluster));
  return {
    kind: 'observed',
    observation: observationOf(owners, cluster),
    owners,
    polls: owners.some(({ owner }) => owner.source === 'scale'),
  };
}

/**
 * Whether the pod's owner asks for it, as far as the caches know. An owner that they do not know asks for nothing; one
 * whose scale is only read by the leader is taken to ask for what it has.
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
  const names = expectedNames(owner);
  return names
    ? { expected: names.includes(pod.name), versions: { statefulsets } }
    : { expected: true, versions: { deployments, replicasets } };
}

/** Who is asked for pods by this budget: the owner of each pod it covers, and those that would make such pods. */
function* claims<P extends PodRecord>(
  { metadata: { namespace }, spec }: ZoneDisruptionBudget,
  cluster: ObservedCluster<P>,
): Generator<{ result: OwnerResult; pod?: P }> {
  for (const pod of cluster.pods.inNamespace(namespace)) {
    if (coverage(spec, pod.labels) !== 'covered') continue;
    const result = ownerOf(pod, cluster);
    // A pod that has ended is nobody's loss, whoever owned it.
    if (result.kind === 'problem' && pod.terminal) continue;
    yield { result, pod };
  }
  // Owners would be overlooked while all of their pods are missing.
  for (const workload of cluster.workloads.candidates(namespace, spec.selector ?? {})) {
    if (coverage(spec, workload.templateLabels) !== 'covered') continue;
    const result = ownerOfTemplate(workload, cluster);
    if (!result || (result.kind === 'problem' && workload.replicas === 0)) continue;
    yield { result };
  }
}

function observationOf(owners: readonly OwnedPods[], cluster: ObservedCluster): BudgetObservation {
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
  return { versions: cluster.versions, pods, missing, expectedReplicas, lastZones };
}
