import { budgetsCovering } from '../../shared/budget/decide/which-budget.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { ObjectMeta, Pod } from '../../shared/kube/objects.ts';
import type { LabelMatcher } from '../../shared/kube/selector-text.ts';
import { UNKNOWN_ZONE, zoneOfNodeLabels } from '../../shared/kube/zones.ts';
import type { ReplicaSet } from '../../shared/rollout/decide/deployment-objects.ts';
import type { ZoneRow } from '../../shared/rollout/decide/snapshot.ts';
import { statefulSetWorkload, type Workload } from '../../shared/rollout/decide/workload.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { workloadOf } from '../../shared/rollout/drive/deployment/watch.ts';
import { readHolderFlags } from '../../shared/rollout/drive/holder-flags.ts';
import { type RolloutState, readRolloutState } from '../../shared/rollout/drive/rollout-state.ts';
import { type BudgetReport, reportBudgets } from '../budget/report.ts';
import type {
  BudgetFacts,
  FleetFacts,
  NodeFacts,
  RolloutFacts,
  WorkloadFacts,
  ZoneFacts,
} from './decide/facts.ts';
import type { FleetObjects } from './watch-fleet.ts';

/** The facts at one moment, and for how long they stay true if nothing changes. */
export interface FleetReading {
  facts: FleetFacts;
  /** The soonest time after which a silent holder of a Lease is considered dead; undefined without any. */
  validForMs: number | undefined;
}

/** @param isChosen by the labels of the workload */
export function readFleet(
  objects: FleetObjects,
  isChosen: LabelMatcher,
  { clock, kube }: { clock: Clock; kube: Pick<Kube, 'serverNowMs'> },
): FleetReading {
  const now = { nowMs: clock.nowMs(), serverNowMs: kube.serverNowMs(), monotonicMs: clock.monotonicMs() };
  const reports = reportBudgets(objects.budgets, now.serverNowMs);
  const podsOf = Map.groupBy(objects.pods, (pod) => pod.metadata.controller?.uid ?? '');
  const setsOf = Map.groupBy(objects.replicaSets, (set) => set.metadata.controller?.uid ?? '');
  const found = [...ownedBySets(objects, podsOf), ...ownedByDeployments(objects, podsOf, setsOf)];
  const read = found
    .filter(({ object }) => isChosen(object.labels))
    .map((each) => readWorkloadFacts(each, objects, reports, now));
  const lives = read.flatMap(({ holderForMs }) => holderForMs ?? []);
  return {
    facts: { workloads: read.map(({ facts }) => facts), nodes: readNodes(objects), notes: objects.notes },
    validForMs: lives.length > 0 ? Math.min(...lives) : undefined,
  };
}

interface OwnedPods {
  object: ObjectMeta;
  workload: Workload;
  pods: readonly Pod[];
}

type ByOwner<T> = ReadonlyMap<string, readonly T[]>;

function ownedBySets({ statefulSets }: FleetObjects, podsOf: ByOwner<Pod>): OwnedPods[] {
  return [...statefulSets].map((set) => ({
    object: set.metadata,
    workload: statefulSetWorkload(set),
    pods: podsOf.get(set.metadata.uid) ?? [],
  }));
}

function ownedByDeployments(
  { deployments }: FleetObjects,
  podsOf: ByOwner<Pod>,
  setsOf: ByOwner<ReplicaSet>,
): OwnedPods[] {
  return [...deployments].map((deployment) => {
    const replicaSets = setsOf.get(deployment.metadata.uid) ?? [];
    return {
      object: deployment.metadata,
      workload: workloadOf({ deployment, replicaSets }),
      pods: replicaSets.flatMap(({ metadata }) => podsOf.get(metadata.uid) ?? []),
    };
  });
}

function readWorkloadFacts(
  { workload, pods }: OwnedPods,
  { nodes, leases, budgets }: FleetObjects,
  reports: readonly BudgetReport[],
  now: { nowMs: number; serverNowMs: number; monotonicMs: number },
): { facts: WorkloadFacts; holderForMs: number | undefined } {
  const { namespace, name, lease } = workload.id;
  const kind = workload.members[0]?.kind ?? 'statefulset';
  const sight = leases.get(`${namespace}/${lease}`);
  const zones = sight && readHolderFlags(sight.lease.metadata.annotations).zones;
  const rollout = readRolloutState({
    ...{ workload, pods, nodes, zones, lease: sight?.lease, holder: sight },
    ...{ ...now, startedAtMs: now.nowMs },
  });
  const { snapshot, holderForMs } = rollout;
  const labels = pods[0]?.metadata.labels ?? workload.members[0]?.selector.matchLabels ?? {};
  const inNamespace = [
    ...budgets.budgets.map((budget) => ({ kind: 'budget', budget }) as const),
    ...budgets.malformed.map((malformed) => ({ kind: 'malformed', malformed }) as const),
  ].filter((each) => namespaceOf(each) === namespace);
  const { enforced, rehearsals, unreadable } = budgetsCovering(labels, inNamespace);
  const covering = new Set([
    ...[...enforced, ...rehearsals].map(({ metadata: { name: budget } }) => budget),
    ...unreadable.map(({ name: budget }) => budget),
  ]);
  const facts: WorkloadFacts = {
    kind,
    namespace,
    name,
    zones: snapshot.zones.map(zoneFacts),
    updated: snapshot.updated,
    pods: snapshot.total,
    revision: snapshot.updateRevision,
    rollout: rolloutFacts(rollout, sight?.lease.metadata.annotations[ANNOTATION.state]),
    budgets: reports
      .filter((report) => report.namespace === namespace && covering.has(report.name))
      .map(budgetFacts),
  };
  return { facts, holderForMs };
}

function namespaceOf(
  read:
    | { kind: 'budget'; budget: { metadata: { namespace: string } } }
    | { kind: 'malformed'; malformed: { namespace: string } },
): string {
  return read.kind === 'budget' ? read.budget.metadata.namespace : read.malformed.namespace;
}

function zoneFacts({ zone, total, down, cells }: ZoneRow): ZoneFacts {
  return {
    zone: zone === UNKNOWN_ZONE ? undefined : zone,
    expected: total,
    healthy: total - down,
    unhealthy: cells
      .filter(({ state }) => state === 'unready' || state === 'replacing')
      .map((cell) => ({
        pod: cell.name,
        why: cell.detail ?? 'not ready',
        replaced: cell.state === 'replacing',
      })),
  };
}

/** A drain names itself in the last part of its identity; see `DrainLeases`. */
const DRAIN = /\/drain-[^/]*$/;

function rolloutFacts(
  { state, holder, ended, reason, snapshot }: RolloutState,
  written: string | undefined,
): RolloutFacts {
  const lost = written === 'running' || written === 'held';
  return {
    state,
    holder,
    isDrain: DRAIN.test(holder),
    ended: holder === '' && lost ? 'lost' : ended,
    reason,
    wave: snapshot.wave && { number: snapshot.wave.number, zone: snapshot.wave.zone },
  };
}

function budgetFacts({ name, maxUnavailable, dryRun, zones, problem }: BudgetReport): BudgetFacts {
  const allowed = zones.map(({ zone, allowed: pods }) => ({ zone, pods }));
  return { name, maxUnavailable, dryRun, allowed, problem };
}

function readNodes({ nodes }: FleetObjects): NodeFacts[] | undefined {
  if (!nodes) return undefined;
  return [...nodes.values()].map(({ metadata, spec, cordonedBy }) => ({
    name: metadata.name,
    zone: zoneOfNodeLabels(metadata.labels),
    cordoned: spec.unschedulable,
    by: cordonedBy,
  }));
}
