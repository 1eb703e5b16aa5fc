/**
 * Admissions by the ledger in a budget's status, with which independent replicas of the webhook never admit evictions in
 * two zones (B2). Pure: returns the next status, and the caller writes it with the budget's resourceVersion. After a
 * conflict the budget is read again, and everything is decided again; so are the pods, unless `outlastsConflict` shows
 * that this is not necessary.
 */
import { compareResourceVersions } from '../../kube/resource-version.ts';
import { zoneKeyOf } from '../../kube/zones.ts';
import { countZones, knownZones } from './count.ts';
import {
  type BudgetDecision,
  type BudgetProblem,
  type BudgetView,
  decideEviction,
  type EvictionRequest,
  refuseFull,
  refuseUnexpected,
  renewal,
} from './decide.ts';
import { MOST_RESERVED_BYTES, reservedBytes, settleReservations } from './reservations.ts';
import type {
  BudgetObservation,
  BudgetStatus,
  Reservation,
  Versions,
  ZoneCount,
  ZoneDisruptionBudget,
} from './types.ts';
import { causeOf, uncountable, viewBudget } from './view.ts';

export interface AdmissionRequest extends EvictionRequest {
  /** The pod's controller, from a cache or a read; undefined if it has none. */
  owner: OwnerView | undefined;
  /**
   * Whether the pod is only to be reserved: a controller removes it, without preconditions. It may become
   * Ready before that, so an unready pod is reserved too; requesting it again renews the reservation,
   * regardless of failures elsewhere since.
   */
  reserveOnly?: boolean | undefined;
}

export interface OwnerView {
  /** Whether its scale includes this pod. */
  expected: boolean;
  /** Version of the owner's resource behind that, by resource. */
  versions: Versions;
}

/** What the deciding process knows of a budget besides the object. */
export interface LocalView {
  /** Its own cache's count: may only make the decision stricter (L1), and only if it is newer than the stored counts. */
  observation?: BudgetObservation | undefined;
  /** Why it does not rely on the stored counts, although the budget alone gives no reason (L7). */
  doubt?: BudgetProblem | undefined;
  /** Why it cannot count the pods: reported if the stored counts cannot be used either. */
  uncountable?: string | undefined;
  /** The status that makes all replicas stop admitting, if so far only this process knows that they must (L7). */
  marked?: BudgetStatus | undefined;
}

export interface Admission {
  /** One for each request, in order. Those that reserve are valid only once `next` is written. */
  decisions: readonly BudgetDecision[];
  /** Undefined if nothing needs to be written. */
  next: BudgetStatus | undefined;
}

/**
 * Decides about evictions that arrived together; one write then admits all of them (group commit). Earlier
 * requests come first: they determine the zone.
 */
export function admit(
  budget: ZoneDisruptionBudget,
  requests: readonly AdmissionRequest[],
  local: Omit<LocalView, 'marked'>,
  nowMs: number,
): Admission {
  const { spec, status } = budget;
  const trusted = viewFrom(budget, local);
  const { observation } = local;
  const view = observation && !('code' in trusted) ? tighten(trusted, status, observation) : trusted;
  let { reservations } = status;
  let bytes = reservations.reduce((sum, each) => sum + reservedBytes(each), 0);
  const revision = status.revision + 1;
  const isNewer = 'code' in trusted && trusted.code === 'newer-protocol';
  const decisions = requests.map((request) => {
    const current = 'code' in view ? view : { ...view, reservations };
    const { pod, owner, reserveOnly = false } = request;
    const renews = reserveOnly && !isNewer && reservations.some(({ uid }) => uid === pod?.uid);
    const decision = renews
      ? renewal(request.name)
      : decideEviction(current, spec.unhealthyPodEvictionPolicy, request);
    if (decision.kind === 'deny' || !pod) return decision;
    if (!decision.reserve && !(reserveOnly && decision.why === 'unready')) return decision;
    if (owner?.expected === false && !renews) return refuseUnexpected(pod);
    const { name, uid, resourceVersion } = pod;
    const zone = zoneKeyOf(pod);
    if (!reservations.some((each) => each.uid === uid)) {
      bytes += reservedBytes({ pod: name, uid, zone });
      if (bytes > MOST_RESERVED_BYTES) return refuseFull(pod, reservations.length);
    }
    const ownerVersions = owner?.versions ?? {};
    // L2: exactly this pod, at the version that was read. Another admission of a pod restarts its lifetime.
    reservations = [
      ...reservations.filter((each) => each.uid !== uid),
      { pod: name, uid, resourceVersion, ownerVersions, zone, timeMs: nowMs, revision },
    ];
    return decision;
  });
  return {
    decisions,
    next: reservations === status.reservations ? undefined : { ...status, revision, reservations },
  };
}

/**
 * The budget as the process may rely on it. If the pods cannot be counted, that is why no count exists: the cause is
 * reported, and not a webhook that may be running.
 */
function viewFrom(
  budget: ZoneDisruptionBudget,
  { doubt, uncountable: why }: Omit<LocalView, 'marked'>,
): BudgetView | BudgetProblem {
  const stored = viewBudget(budget);
  if (!('code' in stored)) return doubt ?? stored;
  return why === undefined ? stored : causeOf(stored, uncountable(budget, why));
}

/** L1: for each zone the larger of the two counts. */
function tighten(view: BudgetView, status: BudgetStatus, local: BudgetObservation): BudgetView {
  if (compareResourceVersions(local.versions.pods, status.versions.pods ?? '') < 0) return view;
  const { kept } = settleReservations(status.reservations, local, [], { monotonicMs: 0, sinceMs: () => 0 });
  const zones = new Map<string, ZoneCount>(view.zones.map((count) => [count.zone, count]));
  for (const count of countZones(local, kept, knownZones(local, status))) {
    // A reservation whose pod is already down is still in the ledger, and a pod must not count twice.
    const inZone = (all: readonly Reservation[]) => all.filter(({ zone }) => zone === count.zone).length;
    const unavailable = count.unavailable - (inZone(status.reservations) - inZone(kept));
    const stored = zones.get(count.zone);
    if (!stored || unavailable > stored.unavailable) {
      zones.set(count.zone, { ...count, unavailable: Math.max(0, unavailable) });
    }
  }
  return { ...view, zones: [...zones.values()] };
}
