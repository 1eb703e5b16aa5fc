import type { BudgetProblem, BudgetView } from '../../shared/budget/decide/decide.ts';
import type { ObservedCluster } from '../../shared/budget/decide/observe.ts';
import type { Owned, Owner } from '../../shared/budget/decide/owners.ts';
import { fixFor } from '../../shared/budget/decide/read-budget.ts';
import type { ZoneDisruptionBudget } from '../../shared/budget/decide/types.ts';
import { zoneOfPod } from '../../shared/kube/zones.ts';
import { countedView, ledgerView } from './budget-view.ts';
import type { Cordons } from './cordon.ts';
import { CountedOwners } from './counted-owners.ts';
import type { DaemonSets } from './daemon-sets.ts';
import { workloadName } from './decide/reasons.ts';
import type { DrainNode, DrainObservation, DrainPod, ZoneBudgetState } from './decide/types.ts';
import type { EnforcedNamespaces } from './enforced.ts';
import { podFilter, type Refusal } from './filters.ts';
import { type Guards, guardsIn, keyOf, podBudgetState } from './guards.ts';
import type { DrainLeases, Leasable, LeaseSight } from './leases.ts';
import { isLoose, looseKey, loosePods } from './loose-pods.ts';
import { OVERDUE_MS, overdueReason } from './overdue.ts';
import { type DrainRecord, removableRecord } from './pod-store.ts';
import type { DrainRequest } from './request.ts';
import { Returns } from './returns.ts';
import type { Rollouts } from './rollouts.ts';
import { type ObservedAt, UnschedulablePods } from './unschedulable.ts';
import type { DrainWatches } from './watches.ts';
import { type Turn, WorkloadView } from './workloads.ts';

/** A node as it was selected: one created later with the same name is another node. */
export interface DrainTarget {
  name: string;
  uid: string;
}

export interface ObserverOptions {
  targets: readonly DrainTarget[];
  watches: DrainWatches;
  daemonSets: DaemonSets;
  enforced: EnforcedNamespaces;
  rollouts: Rollouts;
  leases: DrainLeases;
  cordons: Pick<Cordons, 'isCordoned'>;
  request: Pick<DrainRequest, 'filters' | 'removal' | 'options'>;
}

/** The observation at one moment. */
export interface ObservedDrain {
  observation: DrainObservation;
  /** Pods that arrived on the nodes and that no flag allows to be evicted. */
  refused: readonly { record: DrainRecord; refusal: Refusal }[];
  /** The workloads by key, with what their Leases are named after. */
  leasables: ReadonlyMap<string, Leasable>;
  /** The most zones in which one workload has pods down that were available before. */
  zonesDown: number;
  /** Something that the next decision needs has not been read yet; a change will follow. */
  unclear: boolean;
  /** After how many ms time alone changes the observation. */
  recheckInMs: number | undefined;
}

/** Turns the state of the watches into the input of the drain decision. */
export class DrainObserver {
  private readonly options: ObserverOptions;
  /** Owners that had pods on the nodes: the drain waits for them also when all of these pods have left. */
  private readonly left = new Map<string, Owned>();
  private readonly counted: CountedOwners;
  private readonly returns = new Returns();
  private readonly unschedulable = new UnschedulablePods();

  constructor(options: ObserverOptions) {
    const { leases, request } = options;
    this.options = options;
    this.counted = new CountedOwners({
      noted(owner) {
        const label = `${owner.kind.toLowerCase()}/${owner.name}`;
        const isIgnored = request.options.ignoreBroken.includes(workloadName({ ...owner, label }));
        return isIgnored ? undefined : leases.noted(owner);
      },
    });
  }

  look(at: ObservedAt): ObservedDrain {
    const nowMs = at.serverNowMs;
    const { watches, request } = this.options;
    const cluster = watches.cluster();
    const guards = guardsIn(watches, request.removal.disableEviction);
    const sight = new WorkloadView(cluster, this.counted, (pod) => this.unschedulable.look(pod, at));
    this.unschedulable.keep((uid) => watches.pods.byUid(uid) !== undefined);
    const nodes = this.nodes();
    const judged = this.judge(nodes, nowMs);
    const pods = judged.leaving.map((record) => this.drainPod(record, sight, guards, cluster, nowMs));
    for (const owned of this.left.values()) sight.addOwnerOf(owned);
    for (const budget of guards.zoneBudgets) sight.addCovered(budget);

    const zoneBudgets = new Map<string, ZoneBudgetState>();
    let unclear = judged.unclear || sight.unclear;
    for (const budget of guards.zoneBudgets) {
      const view = this.viewOf(budget, sight);
      if (!view) unclear = true;
      else {
        const policy = budget.spec.unhealthyPodEvictionPolicy;
        zoneBudgets.set(keyOf(budget.metadata), { view, policy });
      }
    }
    for (const malformed of guards.malformed) {
      const reason = `the budget cannot be read: ${malformed.reason}`;
      const view = { code: 'invalid-budget', reason, fix: fixFor(malformed) } as const;
      zoneBudgets.set(keyOf(malformed), { view, policy: '' });
    }
    let believedForMs: number | undefined;
    const leasables = new Map<string, Leasable>();
    const turnOf = (leasable: Leasable, podsOf: () => readonly DrainRecord[]): Turn | undefined => {
      leasables.set(leasable.key, leasable);
      const lease = this.leaseOf(leasable, podsOf);
      if (lease.kind === 'unclear') unclear = true;
      if (lease.kind === 'settling') return { holder: undefined, settling: lease.reason };
      if (lease.kind === 'free') return { holder: undefined, unclaimed: { problem: lease.problem } };
      if (lease.kind !== 'other') return undefined;
      believedForMs = earlier(believedForMs, lease.forMs);
      return { holder: lease.holder };
    };
    const owned = sight.workloads(guards, (owner, count) =>
      turnOf({ ...leasableOf(owner), count }, () => sight.podsOf(owner)),
    );
    const workloads = [...owned, ...loosePods(judged.leaving, watches.pods, turnOf)];
    const podBudgets = new Map(
      guards.podBudgets.map((budget) => [keyOf(budget.metadata), podBudgetState(budget)]),
    );
    return {
      observation: { nodes, pods, workloads, zoneBudgets, podBudgets },
      refused: judged.refused,
      leasables,
      zonesDown: sight.zonesDown(),
      unclear,
      recheckInMs: earlier(
        judged.recheckAtMs === undefined ? undefined : judged.recheckAtMs - nowMs,
        believedForMs,
      ),
    };
  }

  private nodes(): DrainNode[] {
    const { targets, watches, cordons } = this.options;
    const zoneOfNode = watches.cluster().zoneOfNode;
    return targets.flatMap(({ name, uid }) => {
      const node = watches.nodes.get(name);
      if (node?.metadata.uid !== uid) return [];
      return [{ name, zone: zoneOfNode(name), cordoned: cordons.isCordoned(node) }];
    });
  }

  /** Divides the pods on the nodes. */
  private judge(nodes: readonly DrainNode[], nowMs: number) {
    const { watches, daemonSets, request } = this.options;
    const { skipWaitForDeleteMs } = request.filters;
    const verdictOn = podFilter({ filters: request.filters, daemonSets: daemonSets.names, nowMs });
    const leaving: DrainRecord[] = [];
    const refused: { record: DrainRecord; refusal: Refusal }[] = [];
    let unclear = false;
    let recheckAtMs: number | undefined;
    for (const node of nodes) {
      const onNode: DrainRecord[] = [];
      for (const record of watches.pods.onNode(node.name)) {
        if (daemonSets.isUnclear(record.pod)) {
          unclear = true;
          continue;
        }
        const verdict = verdictOn(record.pod);
        if (verdict.kind === 'refuses') refused.push({ record, refusal: verdict });
        if (verdict.kind !== 'leaves') continue;
        onNode.push(record);
        const { deletionTimestampMs } = record.pod.metadata;
        const overdueAtMs = (deletionTimestampMs ?? 0) + OVERDUE_MS;
        if (overdueAtMs > nowMs && deletionTimestampMs !== undefined) {
          recheckAtMs = earlier(recheckAtMs, overdueAtMs);
        }
        if (skipWaitForDeleteMs !== undefined && deletionTimestampMs !== undefined) {
          recheckAtMs = earlier(recheckAtMs, deletionTimestampMs + skipWaitForDeleteMs + 1);
        }
      }
      const staying = this.returns.look(node, onNode);
      for (const record of onNode) {
        if (staying.has(record.uid)) refused.push({ record, refusal: madeAgain(record) });
        else leaving.push(record);
      }
    }
    return { leaving, refused, unclear, recheckAtMs };
  }

  private drainPod(
    record: DrainRecord,
    sight: WorkloadView,
    guards: Guards,
    { zoneOfNode }: ObservedCluster<DrainRecord>,
    nowMs: number,
  ): DrainPod {
    const { namespace, name, uid, available, terminating, node = '', controller } = record;
    const owner = sight.addOwnerOf(record);
    if (owner && controller) this.left.set(owner.uid, rootOf(owner, record));
    return {
      namespace,
      name,
      uid,
      resourceVersion: record.pod.metadata.resourceVersion,
      node,
      zone: zoneOfPod(record, zoneOfNode),
      available,
      terminating,
      overdue: overdueReason(record, this.options.watches.nodes.get(node), nowMs),
      asked: false,
      refused: undefined,
      workload: owner?.uid ?? (isLoose(record) ? looseKey(namespace) : undefined),
      ...guards.keysFor(record),
    };
  }

  /**
   * From the webhook's ledger if it enforces the budget, otherwise from our own count. Undefined until that is known.
   */
  private viewOf(budget: ZoneDisruptionBudget, sight: WorkloadView): BudgetView | BudgetProblem | undefined {
    const { enforced, request } = this.options;
    const enforcement = enforced.of(budget.metadata.namespace);
    if (!enforcement) return undefined;
    const asked = enforcement.kind === 'enforced' && !request.removal.disableEviction;
    const observed = sight.observe(budget);
    return asked ? ledgerView(budget, observed) : countedView(budget, observed);
  }

  /**
   * Who holds the workload's Lease. Also checked if a webhook enforces a budget: it may be removed at any time, and
   * deletions, such as those of a rollout with --disable-eviction, bypass it.
   */
  private leaseOf(leasable: Leasable, podsOf: () => readonly DrainRecord[]): LeaseSight {
    const { leases, watches } = this.options;
    if (watches.staleSinceMs === undefined) leases.look(leasable, () => podsOf().map(removableRecord));
    return leases.sightOf(leasable);
  }
}

function madeAgain({ controller }: DrainRecord): Refusal {
  const owner = `${controller?.kind.toLowerCase()}/${controller?.name}`;
  return {
    kind: 'refuses',
    reason: `${owner} recreated it on the cordoned node after it was evicted twice`,
    flag: '',
  };
}

function leasableOf({ kind, namespace, name, uid, source }: Owner): Leasable {
  return { key: uid, namespace, kind, name, apiVersion: source === 'watch' ? 'apps/v1' : undefined };
}

/** How to find the owner again when the pod is gone: a ReplicaSet may be deleted with its last pod. */
function rootOf(owner: Owner, record: DrainRecord): Owned {
  if (owner.source === 'scale') return record;
  const { namespace, kind, name, uid } = owner;
  return { namespace, name, controller: { apiVersion: 'apps/v1', kind, name, uid } };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}
