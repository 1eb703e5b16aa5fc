/** From the caches to what the ledger counts: the pods of a budget, those that are missing, and how many should be. */
import { coverage } from '../../shared/budget/budget.ts';
import type { OwnerView } from '../../shared/budget/ledger.ts';
import type {
  BudgetObservation,
  CachedPod,
  Versions,
  ZoneDisruptionBudget,
} from '../../shared/budget/types.ts';
import { type Owner, ownerFrom, ownerOf, type ScaleRef, type Workloads } from './owners.ts';
import type { Vanished } from './pod-index.ts';
import { cachedPod, type PodRecord, type ZoneOfNode } from './pod-record.ts';
import type { Workload } from './workloads.ts';

/** What the caches hold about one namespace. */
export interface NamespaceView {
  pods: Iterable<PodRecord>;
  vanished: readonly Vanished[];
  lastZone(name: string): string | undefined;
  zoneOfNode: ZoneOfNode;
  workloads: Workloads;
  versions: Versions & { readonly pods: string };
}

export type Observed =
  | { kind: 'observed'; observation: BudgetObservation; polls: boolean }
  /** These have to be asked first. */
  | { kind: 'ask'; refs: readonly ScaleRef[] }
  /** The pods cannot be counted; a sentence for the condition. */
  | { kind: 'problem'; reason: string };

interface Group {
  owner: Owner;
  pods: PodRecord[];
}

/** Observes the pods that a budget covers. */
export function observeBudget(budget: ZoneDisruptionBudget, view: NamespaceView): Observed {
  const { spec } = budget;
  const groups = new Map<string, Group>();
  const asks = new Map<string, ScaleRef>();
  for (const pod of view.pods) {
    const covered = coverage(spec, pod.labels);
    if (covered === 'undecidable') return { kind: 'problem', reason: 'its selector cannot be evaluated' };
    if (covered === 'not-covered' || (pod.terminal && !pod.controller)) continue;
    const result = ownerOf(pod, view.workloads);
    if (result.kind === 'ask') asks.set(result.ref.uid, result.ref);
    else if (result.kind === 'problem' && !pod.terminal) return result;
    else if (result.kind === 'owner') join(groups, result.owner, pod);
  }
  if (asks.size > 0) return { kind: 'ask', refs: [...asks.values()] };
  for (const owner of ownersByTemplate(budget, view.workloads)) join(groups, owner);

  const pods: CachedPod[] = [];
  const missing: string[] = [];
  let expectedReplicas = 0;
  for (const group of groups.values()) {
    expectedReplicas += group.owner.replicas;
    const counted = countGroup(group, view);
    for (const pod of counted.pods) pods.push(cachedPod(pod, view.zoneOfNode));
    missing.push(...counted.missing);
  }
  const homeless = pods.filter(({ zone }) => zone === undefined).map(({ name }) => name);
  const lastZones = new Map<string, string>();
  for (const name of [...homeless, ...missing]) {
    const zone = view.lastZone(name);
    if (zone !== undefined) lastZones.set(name, zone);
  }
  return {
    kind: 'observed',
    observation: { versions: view.versions, pods, missing, expectedReplicas, lastZones },
    polls: [...groups.values()].some(({ owner }) => owner.kind === 'other'),
  };
}

/**
 * Whether the pod's owner asks for it, as far as the caches know. An owner that they do not know asks for nothing; one
 * whose scale is only read by the leader is taken to ask for what it has.
 *
 * @returns undefined for a pod without owner
 */
export function viewOwner(
  pod: PodRecord,
  { workloads, versions }: Pick<NamespaceView, 'workloads' | 'versions'>,
): OwnerView | undefined {
  if (!pod.controller) return undefined;
  const result = ownerOf(pod, workloads);
  if (result.kind !== 'owner') return { expected: result.kind === 'ask', versions: {} };
  const { kind, workload } = result.owner;
  if (!workload) return { expected: true, versions: {} };
  const { statefulsets = '', deployments = '', replicasets = '' } = versions;
  if (kind !== 'StatefulSet') return { expected: true, versions: { deployments, replicasets } };
  return { expected: ordinalNames(workload).includes(pod.name), versions: { statefulsets } };
}

function join(groups: Map<string, Group>, owner: Owner, pod?: PodRecord): void {
  const group = groups.get(owner.uid) ?? { owner, pods: [] };
  groups.set(owner.uid, group);
  if (pod) group.pods.push(pod);
}

/** Owners that would be overlooked while all of their pods are missing. */
function* ownersByTemplate({ metadata, spec }: ZoneDisruptionBudget, workloads: Workloads): Generator<Owner> {
  const mine = ({ namespace, templateLabels }: Workload) =>
    namespace === metadata.namespace && coverage(spec, templateLabels) === 'covered';
  for (const each of workloads.statefulSets.values()) if (mine(each)) yield ownerFrom('StatefulSet', each);
  for (const each of workloads.deployments.values()) if (mine(each)) yield ownerFrom('Deployment', each);
  for (const each of workloads.replicaSets.values()) {
    if (!each.controller && mine(each)) yield ownerFrom('ReplicaSet', each);
  }
}

function countGroup({ owner, pods }: Group, view: NamespaceView): { pods: PodRecord[]; missing: string[] } {
  return owner.kind === 'StatefulSet' && owner.workload
    ? countOrdinals(owner.workload, pods)
    : countReplicas(owner, pods, view);
}

/** Pods beyond the replicas are on their way out and disrupt nothing. */
function countOrdinals(
  workload: Workload,
  pods: readonly PodRecord[],
): { pods: PodRecord[]; missing: string[] } {
  const expected = new Set(ordinalNames(workload));
  const counted = pods.filter((pod) => expected.delete(pod.name));
  return { pods: counted, missing: [...expected] };
}

/**
 * Pods with names of no meaning. A terminating one counts beside its replacement until it is gone, since its data may
 * be only there until then. A missing one has the name, and so the zone, of a pod that vanished last.
 */
function countReplicas(
  owner: Owner,
  pods: readonly PodRecord[],
  view: NamespaceView,
): { pods: PodRecord[]; missing: string[] } {
  const counted = pods.filter(({ terminal }) => !terminal);
  const lacking = owner.replicas - counted.length;
  const missing: string[] = [];
  if (lacking > 0) {
    const controllers = controllersOf(owner, view.workloads);
    const gone = view.vanished.filter(({ controllerUid }) => controllers.has(controllerUid));
    for (const { name } of gone.slice(-lacking)) missing.push(name);
    for (let number = missing.length; number < lacking; number += 1) {
      missing.push(`${owner.label.split(' ')[1]}-missing-${number}`);
    }
  }
  return { pods: counted, missing };
}

/** Uids that pods of this owner may name as their controller. */
function controllersOf(owner: Owner, { replicaSets }: Workloads): ReadonlySet<string> {
  const uids = new Set([owner.uid]);
  for (const { uid, controller } of replicaSets.values()) if (controller?.uid === owner.uid) uids.add(uid);
  return uids;
}

function ordinalNames({ name, firstOrdinal, replicas }: Workload): string[] {
  return Array.from({ length: replicas }, (_, index) => `${name}-${firstOrdinal + index}`);
}
