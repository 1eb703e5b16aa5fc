/**
 * Which pods may be evicted now. Pods whose eviction would be refused are held back with the reason, so that few
 * requests are refused; workloads without a budget are kept to one zone at a time here.
 */
import { decideEviction } from '../../../shared/budget/decide/decide.ts';
import type { Reservation } from '../../../shared/budget/decide/types.ts';
import { disruptedZones, zoneKeyOf } from '../../../shared/kube/zones.ts';
import { excusesByKey, zonesBeyond } from './available.ts';
import { comparePods } from './order.ts';
import * as reasons from './reasons.ts';
import { withSharers } from './turns.ts';
import type {
  DrainInput,
  DrainMemory,
  DrainObservation,
  DrainOptions,
  DrainPod,
  DrainWorkload,
  Excuse,
  HeldPod,
} from './types.ts';
import { isLeaving } from './work.ts';

export interface Choice {
  /** In eviction order. */
  chosen: readonly DrainPod[];
  held: readonly HeldPod[];
}

export interface ChoiceInput extends Pick<DrainInput, 'observation'> {
  memory: Pick<DrainMemory, 'excuses'>;
  options: Pick<DrainOptions, 'ignoreBroken'>;
}

/** Why a pod is held back; undefined for one that may be evicted. */
type Hold = Pick<HeldPod, 'by' | 'reason'> | undefined;

/** Chooses among pods of cordoned nodes of one zone. Pods that are already leaving are neither chosen nor held. */
export function choosePods(input: ChoiceInput, pods: readonly DrainPod[]): Choice {
  const round = new Round(input);
  const chosen: DrainPod[] = [];
  const held: HeldPod[] = [];
  for (const pod of pods.filter((each) => !isLeaving(each)).sort(comparePods)) {
    const hold = round.consider(pod);
    if (hold) held.push({ pod, ...hold });
    else chosen.push(pod);
  }
  return { chosen, held };
}

/** One round of choices: earlier requests and pods chosen so far reduce what the budgets allow for the next pods. */
class Round {
  private readonly observation: DrainObservation;
  private readonly ignored: ReadonlySet<string>;
  private readonly excuses: ReadonlyMap<string, Excuse>;
  private readonly workloads: ReadonlyMap<string, DrainWorkload>;
  /** By zone budget: removals that its status may not show yet. */
  private readonly reserved = new Map<string, Reservation[]>();
  /** By PodDisruptionBudget: number of pods chosen or requested. */
  private readonly taken = new Map<string, number>();
  /** By workload: why its Lease holds its pods back. */
  private readonly turns = new Map<string, { hold: Hold }>();
  /** By workload: the zones in which its pods are leaving. */
  private readonly leaving = new Map<string, Set<string>>();

  constructor({ observation, memory, options }: ChoiceInput) {
    this.observation = observation;
    this.ignored = new Set(options.ignoreBroken);
    this.excuses = excusesByKey(memory);
    this.workloads = new Map(observation.workloads.map((workload) => [workload.key, workload]));
    for (const pod of observation.pods) {
      if (!isLeaving(pod) && !pod.unanswered) continue;
      this.markLeaving(pod);
      // Once the deletion is observed, the pod is not available any more and the budgets' counts include it.
      if (pod.available || !pod.terminating) this.reserve(pod);
    }
  }

  consider(pod: DrainPod): Hold {
    const workload = pod.workload === undefined ? undefined : this.workloads.get(pod.workload);
    const hold =
      byRefusal(pod) ??
      this.byRollout(workload) ??
      this.byZoneBudget(pod) ??
      this.byPodBudget(pod) ??
      this.byOtherZone(pod, workload);
    if (hold === undefined) {
      this.markLeaving(pod);
      this.reserve(pod);
    }
    return hold;
  }

  /** D8: for the workload itself and those that share a zone budget with it. */
  private byRollout(workload: DrainWorkload | undefined): Hold {
    if (!workload) return undefined;
    const known = this.turns.get(workload.key);
    if (known) return known.hold;
    const all = withSharers(this.observation, new Set([workload.key]));
    const first = [workload, ...all].find(
      (each) => each.rolloutHolder !== undefined || each.settling !== undefined || each.unclaimed,
    );
    const hold: Hold = first && { by: 'rollout', reason: whyNotOurs(first) };
    this.turns.set(workload.key, { hold });
    return hold;
  }

  private byZoneBudget(pod: DrainPod): Hold {
    const [key, ...others] = pod.zoneBudgets;
    if (key === undefined) return undefined;
    if (others.length > 0) {
      return { by: 'zone-budget', reason: reasons.tooManyBudgets('ZoneDisruptionBudgets', pod.zoneBudgets) };
    }
    const budget = this.observation.zoneBudgets.get(key);
    if (!budget) return { by: 'zone-budget', reason: reasons.unknownBudget('ZoneDisruptionBudget', key) };
    const { view, policy } = budget;
    const decision = decideEviction('code' in view ? view : this.withReserved(key, view), policy, {
      name: pod.name,
      pod: { ...pod, resourceVersion: '', terminal: false },
    });
    return decision.kind === 'allow'
      ? undefined
      : { by: 'zone-budget', reason: reasons.deniedByZoneBudget(key, pod.zone, budget, decision) };
  }

  private byPodBudget(pod: DrainPod): Hold {
    const [key, ...others] = pod.podBudgets;
    if (key === undefined) return undefined;
    if (others.length > 0) {
      return { by: 'pod-budget', reason: reasons.tooManyBudgets('PodDisruptionBudgets', pod.podBudgets) };
    }
    const budget = this.observation.podBudgets.get(key);
    if (!budget) return { by: 'pod-budget', reason: reasons.unknownBudget('PodDisruptionBudget', key) };
    if (budget.neverAllows || (!pod.available && budget.unreadyMayGo)) return undefined;
    const taken = this.taken.get(key) ?? 0;
    return taken < budget.disruptionsAllowed
      ? undefined
      : { by: 'pod-budget', reason: reasons.deniedByPodBudget(key, budget.disruptionsAllowed, taken) };
  }

  /** Without a zone budget, only this rule keeps the unavailable pods in one zone. */
  private byOtherZone(pod: DrainPod, workload: DrainWorkload | undefined): Hold {
    if (!workload || workload.guard === 'zone-budget') return undefined;
    const own = zoneKeyOf(pod);
    const ignored = this.ignored.has(reasons.workloadName(workload));
    const zones = ignored
      ? zonesBeyond(workload, this.excuses.get(workload.key))
      : disruptedZones(workload.zones);
    const down = zones.filter(({ zone }) => zone !== own);
    const counted = new Set(down.map(({ zone }) => zone));
    const about = [...(this.leaving.get(workload.key) ?? [])].filter(
      (zone) => zone !== own && !counted.has(zone),
    );
    return down.length + about.length > 0
      ? { by: 'other-zone', reason: reasons.otherZones(workload, down, about) }
      : undefined;
  }

  private withReserved<View extends { reservations: readonly Reservation[] }>(key: string, view: View): View {
    const reserved = this.reserved.get(key);
    return reserved ? { ...view, reservations: reserved } : view;
  }

  private reserve(pod: DrainPod): void {
    for (const key of pod.zoneBudgets) this.reserveZone(key, pod);
    for (const key of pod.podBudgets) {
      const free = !pod.available && this.observation.podBudgets.get(key)?.unreadyMayGo;
      if (!free) this.taken.set(key, (this.taken.get(key) ?? 0) + 1);
    }
  }

  private reserveZone(key: string, { name, uid, zone, available }: DrainPod): void {
    const view = this.observation.zoneBudgets.get(key)?.view;
    if (!available || zone === undefined || view === undefined || 'code' in view) return;
    const reserved = this.reserved.get(key) ?? [...view.reservations];
    this.reserved.set(key, reserved);
    if (reserved.some((each) => each.uid === uid)) return;
    reserved.push({ pod: name, uid, resourceVersion: '', ownerVersions: {}, zone, timeMs: 0, revision: 0 });
  }

  private markLeaving(pod: DrainPod): void {
    if (pod.workload === undefined) return;
    const zones = this.leaving.get(pod.workload) ?? new Set();
    this.leaving.set(pod.workload, zones.add(zoneKeyOf(pod)));
  }
}

function byRefusal({ refused }: DrainPod): Hold {
  return refused === undefined ? undefined : { by: 'refused', reason: refused };
}

function whyNotOurs(workload: DrainWorkload): string {
  if (workload.rolloutHolder !== undefined) return reasons.rolledOut(workload, workload.rolloutHolder);
  return workload.settling !== undefined ? reasons.settling(workload) : reasons.unclaimed(workload);
}
