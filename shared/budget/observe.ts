import type { Node, Pod } from '../kube/objects.ts';
import { readySinceMs } from '../pods.ts';
import { zoneOfPod } from '../rollout/observe.ts';
import type { BudgetObservation, CachedPod, PodRead } from './types.ts';

/** A controller that pods of a budget belong to, with the replicas that its scale asks for. */
export interface PodOwner {
  kind: string;
  name: string;
  uid: string;
  replicas: number;
  /** Ordinal of the first pod, where pods are called NAME-ORDINAL (StatefulSets); undefined where names are random. */
  firstOrdinal: number | undefined;
}

/** What the caches hold for one budget. */
export interface BudgetState {
  /** Pods of the budget's namespace that its selector covers. */
  pods: Iterable<Pod>;
  owners: Iterable<PodOwner>;
  /** By name. Undefined where reading nodes is not allowed: then the pods' own zone labels must do. */
  nodes: ReadonlyMap<string, Node> | undefined;
  versions: BudgetObservation['versions'];
  /** Where pods were seen before; brought up to date with what is seen now by `rememberZones`. */
  lastZones: ReadonlyMap<string, string>;
}

const TERMINAL_PHASES = new Set(['Succeeded', 'Failed']);

/**
 * Turns API objects into what the ledger sees. A pod without an owner is expected because it exists.
 *
 * @throws OwnerUnknownError for a pod whose owner is not among the owners: without its scale nobody can tell whether
 * a pod is missing, so that the budget must not be counted (`failSync`)
 */
export function observeBudget(state: BudgetState): BudgetObservation {
  const owners = new Map([...state.owners].map((owner) => [owner.uid, owner]));
  const present = new Map<string, Set<string>>([...owners.keys()].map((uid) => [uid, new Set()]));
  const pods: CachedPod[] = [];
  let ownerless = 0;
  for (const pod of state.pods) {
    pods.push(observePod(pod, state.nodes));
    const { controller } = pod.metadata;
    if (!controller) {
      ownerless += 1;
      continue;
    }
    const names = present.get(controller.uid);
    if (!names) throw new OwnerUnknownError(pod.metadata.name, `${controller.kind}/${controller.name}`);
    names.add(pod.metadata.name);
  }
  let expectedReplicas = ownerless;
  const missing: string[] = [];
  for (const owner of owners.values()) {
    expectedReplicas += owner.replicas;
    missing.push(...missingOf(owner, present.get(owner.uid) ?? new Set()));
  }
  return { versions: state.versions, pods, missing, expectedReplicas, lastZones: state.lastZones };
}

/** The answer to a GET of a pod, as the admission sees it. */
export function observePodRead(pod: Pod, nodes: ReadonlyMap<string, Node> | undefined): PodRead {
  return {
    ...observePod(pod, nodes),
    resourceVersion: pod.metadata.resourceVersion,
    terminal: TERMINAL_PHASES.has(pod.status.phase),
  };
}

/**
 * Zones by pod name, with those that are seen now. Names that are neither seen nor missing are forgotten.
 *
 * @param before what this function gave for the observation before
 */
export function rememberZones(
  before: ReadonlyMap<string, string>,
  { pods, missing }: Pick<BudgetObservation, 'pods' | 'missing'>,
): ReadonlyMap<string, string> {
  const zones = new Map<string, string>();
  for (const { name, zone } of [...missing.map((each) => ({ name: each, zone: undefined })), ...pods]) {
    const known = zone ?? before.get(name);
    if (known !== undefined) zones.set(name, known);
  }
  return zones;
}

/** A pod of a budget belongs to a controller whose scale nobody could read. */
export class OwnerUnknownError extends Error {
  override readonly name = 'OwnerUnknownError';

  constructor(pod: string, owner: string) {
    super(`the scale of ${owner}, which owns ${pod}, is not known`);
  }
}

function observePod(pod: Pod, nodes: ReadonlyMap<string, Node> | undefined): CachedPod {
  const terminating = pod.metadata.deletionTimestampMs !== undefined;
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid,
    zone: zoneOfPod(pod, nodes),
    available: !terminating && readySinceMs(pod) !== undefined,
    terminating,
  };
}

/** Names of the pods that are not there; made-up ones, which no pod can have, where the owner chooses at random. */
function missingOf(owner: PodOwner, present: ReadonlySet<string>): string[] {
  const { name, replicas, firstOrdinal } = owner;
  if (firstOrdinal === undefined) {
    const count = Math.max(0, replicas - present.size);
    return Array.from({ length: count }, (_, index) => `${name}/${index + 1} missing`);
  }
  const names = Array.from({ length: replicas }, (_, index) => `${name}-${firstOrdinal + index}`);
  return names.filter((each) => !present.has(each));
}
