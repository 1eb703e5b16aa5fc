import {
  type ObservedBudget,
  type ObservedCluster,
  observeBudget,
} from '../../shared/budget/decide/observe.ts';
import { type OwnedPods, ownedPods, tallyOwned } from '../../shared/budget/decide/owned-pods.ts';
import { controllersOf, type Owned, type Owner, ownerOf } from '../../shared/budget/decide/owners.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import type { Pod } from '../../shared/kube/objects.ts';
import { podProblem } from '../../shared/kube/pods.ts';
import { zoneKeyOf, zoneOfPod } from '../../shared/kube/zones.ts';
import type { CountedOwner, CountedOwners } from './counted-owners.ts';
import type { DownPod, DrainWorkload } from './decide/types.ts';
import { type Guards, keyOf } from './guards.ts';
import type { PodCount } from './pod-notes.ts';
import type { DrainRecord } from './pod-store.ts';

type Cluster = ObservedCluster<DrainRecord>;

/** The state of a workload's Lease that keeps its pods from being evicted. */
export interface Turn extends Pick<DrainWorkload, 'unclaimed' | 'settling'> {
  holder: string | undefined;
}

/** The owners relevant to a drain, from one observation of the cluster. */
export class WorkloadView {
  private readonly cluster: Cluster;
  private readonly owners = new Map<string, Owner>();
  private readonly byController = new Map<string, Map<string, DrainRecord[]>>();
  private readonly owned = new Map<string, OwnedPods<DrainRecord>>();
  private readonly budgets = new Map<ZoneDisruptionBudget, ObservedBudget<DrainRecord>>();
  private readonly countedOwners: CountedOwners;
  private readonly unschedulable: (pod: Pod) => DownPod['unschedulable'];
  /** By uid, the owners whose replica count was counted from running pods. */
  private readonly counted = new Map<string, CountedOwner>();
  private incomplete = false;

  constructor(
    cluster: Cluster,
    counted: CountedOwners,
    unschedulable: (pod: Pod) => DownPod['unschedulable'],
  ) {
    this.cluster = cluster;
    this.countedOwners = counted;
    this.unschedulable = unschedulable;
  }

  /** Whether the replica count of some owner has not been read yet: no decision is possible before. */
  get unclear(): boolean {
    return this.incomplete;
  }

  /** The owner of a pod, or of an object that had pods; undefined if its pods are not recreated. */
  addOwnerOf(owned: Owned): Owner | undefined {
    if (!owned.controller) return undefined;
    const result = ownerOf(owned, this.cluster);
    if (result.kind === 'ask') this.incomplete = true;
    if (result.kind === 'ask') return undefined;
    if (result.kind === 'owner') {
      if (result.owner.source === 'scale') this.countedOwners.remember(result.owner);
      this.owners.set(result.owner.uid, result.owner);
      return result.owner;
    }
    const counted = this.countedOwners.ownerOf(owned, this.cluster, (owner) => this.podsOf(owner));
    if (!counted) return undefined;
    const { owner } = counted;
    this.counted.set(owner.uid, counted);
    this.owners.set(owner.uid, owner);
    return owner;
  }

  /** All that a budget covers, including workloads without pods that must leave. */
  addCovered(budget: ZoneDisruptionBudget): void {
    const observed = this.observe(budget);
    if (observed.kind === 'ask') this.incomplete = true;
    if (observed.kind !== 'observed') return;
    for (const { owner } of observed.owners) this.owners.set(owner.uid, owner);
  }

  observe(budget: ZoneDisruptionBudget): ObservedBudget<DrainRecord> {
    const known = this.budgets.get(budget);
    if (known) return known;
    const observed = observeBudget(budget, this.cluster);
    this.budgets.set(budget, observed);
    return observed;
  }

  /** @param holderOf who holds the workload's Lease, or that it must be acquired; undefined for ours */
  workloads(
    guards: Guards,
    holderOf: (owner: Owner, count: PodCount | undefined) => Turn | undefined,
  ): DrainWorkload[] {
    const budgets = this.budgetsByOwner();
    return [...this.owners.values()].map((owner) => {
      const owned = this.ownedBy(owner);
      const zoneBudgets = budgets.get(owner.uid);
      const guard = guardOf(owner, this.podsOf(owner), guards, this.cluster);
      const counted = this.counted.get(owner.uid);
      const turn = holderOf(owner, countOf(counted));
      return {
        key: owner.uid,
        namespace: owner.namespace,
        label: `${owner.kind.toLowerCase()}/${owner.name}`,
        guard,
        ...(zoneBudgets && { zoneBudgets }),
        zones: tallyOwned(owned, this.cluster),
        down: this.downPods(owned),
        rolloutHolder: turn?.holder,
        ...(turn?.unclaimed && { unclaimed: turn.unclaimed }),
        ...(turn?.settling !== undefined && { settling: turn.settling }),
        ...(counted && { counted: counted.isNoted ? ('noted' as const) : ('running' as const) }),
      };
    });
  }

  /** By owner uid: keys of the budgets that were observed to cover its pods. */
  private budgetsByOwner(): Map<string, string[]> {
    const keys = new Map<string, string[]>();
    for (const [{ metadata }, observed] of this.budgets) {
      if (observed.kind !== 'observed') continue;
      for (const { owner } of observed.owners) {
        keys.set(owner.uid, [...(keys.get(owner.uid) ?? []), keyOf(metadata)]);
      }
    }
    return keys;
  }

  /**
   * The most zones in which pods of one workload are down. A replacement with a new name that has not been available
   * yet does not count as down, wherever it is.
   */
  zonesDown(): number {
    const counts = [...this.owners.values()].map((owner) => {
      const { pods, missing } = this.ownedBy(owner);
      const named = owner.firstOrdinal !== undefined;
      const down = pods.filter(({ available, served }) => !available && (served || named));
      const zones = [...down.map((pod) => ({ name: pod.name, zone: this.zoneOf(pod) })), ...missing].map(
        zoneKeyOf,
      );
      return new Set(zones).size;
    });
    return Math.max(0, ...counts);
  }

  private downPods({ pods, missing }: OwnedPods<DrainRecord>): DownPod[] {
    const down = pods.filter(({ available }) => !available);
    return [
      ...down.map((record) => ({
        name: record.name,
        zone: this.zoneOf(record),
        problem: record.terminating ? 'terminating' : (podProblem(record.pod) ?? 'not ready'),
        unschedulable: this.unschedulable(record.pod),
      })),
      ...missing.map(({ name, zone }) => ({ name, zone, problem: 'missing', unschedulable: undefined })),
    ];
  }

  private zoneOf(record: DrainRecord): string | undefined {
    const { zoneOfNode, pods } = this.cluster;
    return zoneOfPod(record, zoneOfNode) ?? pods.lastZone(record.namespace, record.name);
  }

  private ownedBy(owner: Owner): OwnedPods<DrainRecord> {
    const known = this.owned.get(owner.uid);
    if (known) return known;
    const owned = ownedPods(owner, this.podsOf(owner), this.cluster);
    this.owned.set(owner.uid, owned);
    return owned;
  }

  podsOf(owner: Owner): DrainRecord[] {
    const pods = this.podsByController(owner.namespace);
    return [...controllersOf(owner, this.cluster)].flatMap((uid) => pods.get(uid) ?? []);
  }

  private podsByController(namespace: string): Map<string, DrainRecord[]> {
    const known = this.byController.get(namespace);
    if (known) return known;
    const grouped = Map.groupBy(
      this.cluster.pods.inNamespace(namespace),
      (record) => record.controller?.uid ?? '',
    );
    this.byController.set(namespace, grouped);
    return grouped;
  }
}

function countOf(counted: CountedOwner | undefined): PodCount | undefined {
  if (!counted || counted.owner.replicas === 0) return undefined;
  const { owner, running } = counted;
  return { expected: owner.replicas, complete: running >= owner.replicas };
}

/** The strongest guard of any of its pods, including those to be created. */
function guardOf(
  owner: Owner,
  pods: readonly DrainRecord[],
  guards: Guards,
  { workloads }: Cluster,
): DrainWorkload['guard'] {
  const { namespace } = owner;
  const template = workloads.byUid(owner.uid)?.templateLabels;
  let strongest = template ? guards.guardOf({ namespace, labels: template }) : 'none';
  for (const pod of pods) {
    if (strongest === 'zone-budget') break;
    const guard = guards.guardOf(pod);
    if (guard !== 'none') strongest = guard;
  }
  return strongest;
}
