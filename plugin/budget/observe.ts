import { coverage } from '../../shared/budget/budget.ts';
import { observePodRead } from '../../shared/budget/observe.ts';
import type { BudgetObservation, ZoneDisruptionBudget } from '../../shared/budget/types.ts';
import type { Pod } from '../../shared/kube/objects.ts';
import { podProblem } from '../../shared/pods.ts';
import { groupByOwner, type Owner } from './owners.ts';
import type { ClusterState } from './state.ts';

export type Observed = Counted | Uncountable;

export interface Uncountable {
  kind: 'uncountable';
  /** The second half of a sentence that says so. */
  reason: string;
}

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
      versions: state.versions,
      pods: pods.map((pod) => observePodRead(pod, state.nodes)),
      missing,
      expectedReplicas: owners.reduce((sum, { replicas }) => sum + replicas, 0),
      lastZones: state.lastZones.get(metadata.namespace) ?? new Map(),
    },
    problems: new Map([
      ...pods.flatMap((pod) => {
        const problem = podTrouble(pod);
        return problem === undefined ? [] : [[pod.metadata.name, problem] as const];
      }),
      ...missing.map((name) => [name, 'missing'] as const),
    ]),
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

/** Why a pod does not serve; undefined for one that does. */
export function podTrouble(pod: Pod): string | undefined {
  return pod.metadata.deletionTimestampMs !== undefined ? 'terminating' : podProblem(pod);
}

function isTerminal({ status }: Pod): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}
