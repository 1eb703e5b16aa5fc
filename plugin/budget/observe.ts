import { coverage } from '../../shared/budget/budget.ts';
import type {
  BudgetObservation,
  CachedPod,
  PodRead,
  ZoneDisruptionBudget,
} from '../../shared/budget/types.ts';
import type { Node, Pod } from '../../shared/kube/objects.ts';
import { podProblem, readySinceMs } from '../../shared/pods.ts';
import { zoneOfPod } from '../../shared/rollout/observe.ts';
import { groupByOwner, type Owner } from './owners.ts';
import type { ClusterState } from './state.ts';

export type Observed = Counted | { kind: 'uncountable' /** A sentence's second half. */; reason: string };

export interface Counted {
  kind: 'counted';
  observation: BudgetObservation;
  /** Why each pod that does not serve does not, by name. */
  problems: ReadonlyMap<string, string>;
}

/** Finds the pods of a budget, and those that their owners ask for and that do not exist (B3). */
export function observeBudget({ metadata, spec }: ZoneDisruptionBudget, state: ClusterState): Observed {
  const covers = (labels: Readonly<Record<string, string>>) => coverage(spec, labels);
  if (covers({}) === 'undecidable') {
    return { kind: 'uncountable', reason: 'its selector has an operator that nobody knows' };
  }
  const here = <T extends { metadata: { namespace: string } }>(objects: readonly T[]) =>
    objects.filter((object) => object.metadata.namespace === metadata.namespace);
  const covered = here(state.pods).filter(
    (pod) => covers(pod.metadata.labels) === 'covered' && !(isTerminal(pod) && !pod.metadata.controller),
  );
  const owners = groupByOwner(
    covered,
    { workloads: here(state.workloads), scales: state.scales },
    // A workload may ask for pods of which not one exists.
    ({ podLabels }) => covers(podLabels) === 'covered',
  );
  if (typeof owners === 'string') return { kind: 'uncountable', reason: owners };

  const pods = owners.flatMap(presentPods);
  const missing = owners.flatMap(missingPods);
  return {
    kind: 'counted',
    observation: {
      versions: { pods: state.podsVersion },
      pods: pods.map((pod) => cachedPod(pod, state.nodes)),
      missing,
      expectedReplicas: owners.reduce((sum, { replicas }) => sum + replicas, 0),
      lastZones: new Map(),
    },
    problems: new Map([
      ...pods.filter((pod) => !isAvailable(pod)).map((pod) => [pod.metadata.name, problemOf(pod)] as const),
      ...missing.map((name) => [name, 'missing'] as const),
    ]),
  };
}

/** A pod as the decision reads it. */
export function podRead(pod: Pod, nodes: ReadonlyMap<string, Node> | undefined): PodRead {
  return {
    ...cachedPod(pod, nodes),
    resourceVersion: pod.metadata.resourceVersion,
    terminal: isTerminal(pod),
  };
}

/** Pods of a StatefulSet beyond its replicas are on their way out and disrupt nothing. */
function presentPods({ names, pods }: Owner): Pod[] {
  if (!names) return pods.filter((pod) => !isTerminal(pod));
  const wanted = new Set(names);
  return pods.filter(({ metadata }) => wanted.has(metadata.name));
}

/** Pods with names of no meaning are missing as numbers. */
function missingPods(owner: Owner): string[] {
  const present = presentPods(owner);
  if (owner.names) {
    const there = new Set(present.map(({ metadata }) => metadata.name));
    return owner.names.filter((name) => !there.has(name));
  }
  const count = Math.max(0, owner.replicas - present.length);
  return Array.from({ length: count }, (_, index) => `${owner.name}-missing-${index}`);
}

function cachedPod(pod: Pod, nodes: ReadonlyMap<string, Node> | undefined): CachedPod {
  const { name, uid, deletionTimestampMs } = pod.metadata;
  return {
    name,
    uid,
    zone: zoneOfPod(pod, nodes),
    available: isAvailable(pod),
    terminating: deletionTimestampMs !== undefined,
  };
}

function isAvailable(pod: Pod): boolean {
  return pod.metadata.deletionTimestampMs === undefined && readySinceMs(pod) !== undefined;
}

function problemOf(pod: Pod): string {
  return pod.metadata.deletionTimestampMs !== undefined ? 'terminating' : (podProblem(pod) ?? 'not ready');
}

function isTerminal({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}
