/**
 * The budget decision: may this pod be evicted now, and if not, what would change that. Pure; rules B1, B3 and B4 are
 * noted where they are applied. `kubectl zone budget explain` shows the same result that the webhook returns.
 */
import type { ZoneKey } from '../../kube/zones.ts';
import { ALWAYS_ALLOW, IF_HEALTHY_BUDGET } from './policy.ts';
import * as sentences from './sentences.ts';
import type { PodRead, Reservation, ZoneCount, ZoneLoad } from './types.ts';

/** The input of the decision: one budget, across all zones. */
export interface BudgetView {
  zones: readonly ZoneCount[];
  reservations: readonly Reservation[];
  /** In pods. */
  maxUnavailable: number;
}

/** Why a budget cannot be relied on. */
export interface BudgetProblem {
  code: Extract<
    DenyCode,
    | 'not-counted'
    | 'not-observed'
    | 'settling'
    | 'unconfirmed'
    | 'newer-protocol'
    | 'sync-failed'
    | 'invalid-budget'
  >;
  reason: string;
  fix: string;
}

export interface EvictionRequest {
  /** Name in the request. */
  name: string;
  /** The consistent read of that name; undefined if there is no such pod. */
  pod: PodRead | undefined;
  /** The uid in the client's deleteOptions.preconditions, if any. */
  preconditionUid?: string | undefined;
}

export type BudgetDecision = Allow | Deny;

export interface Allow {
  kind: 'allow';
  why: 'within-budget' | 'reserved' | 'unready' | 'terminating' | 'terminal' | 'gone' | 'other-pod';
  /** True if the eviction removes an available pod, so it must be recorded before it is answered. */
  reserve: boolean;
  /**
   * The required deleteOptions.preconditions of the eviction: the API server evicts by name, and by then the
   * name may belong to another pod, or an unready pod may have become Ready.
   */
  precondition: { uid: string; resourceVersion?: string } | undefined;
  reason: string;
  zones: readonly ZoneLoad[];
}

export type DenyCode =
  | 'other-zone'
  | 'zone-full'
  | 'unknown-zone'
  | 'not-expected'
  | 'ledger-full'
  | 'not-counted'
  | 'not-observed'
  | 'settling'
  | 'unconfirmed'
  | 'newer-protocol'
  | 'sync-failed'
  | 'invalid-budget';

export interface Deny {
  kind: 'deny';
  code: DenyCode;
  /** Names the pod, its zone and the counts. */
  reason: string;
  /** What would change the result. */
  fix: string;
  zones: readonly ZoneLoad[];
}

/**
 * Decides about one eviction.
 *
 * @param view a problem if the budget cannot be relied on (`viewBudget`): then only evictions that need no
 * budget are allowed
 */
export function decideEviction(
  view: BudgetView | BudgetProblem,
  policy: string,
  request: EvictionRequest,
): BudgetDecision {
  const { pod } = request;
  // L10: it is unknown whether the newer rules would allow an unready pod's eviction.
  const isNewer = 'code' in view && view.code === 'newer-protocol';
  const free = freeToGo(request, isNewer ? IF_HEALTHY_BUDGET : policy);
  if (free || !pod) return free ?? gone(request.name);
  if ('code' in view) return deny(view.code, sentences.cannotTell(pod.name, pod.zone, view.reason), view.fix);

  const zones = zoneLoads(view, pod.uid);
  if (pod.zone === undefined) {
    return deny('unknown-zone', sentences.unknownZone(pod.name), sentences.FIX_UNKNOWN_ZONE, zones);
  }

  // B1: every other zone must be healthy, without admitted evictions.
  const others = zones.filter((load) => load.zone !== pod.zone && weight(load) > 0);
  if (others.length > 0) {
    return deny(
      'other-zone',
      sentences.otherZones(pod.name, pod.zone, others),
      sentences.fixOtherZones(others),
      zones,
    );
  }

  const here = zones.find((load) => load.zone === pod.zone) ?? emptyZone(pod.zone);
  const after = pod.available ? weight(here) + 1 : Math.max(1, weight(here));
  if (after > view.maxUnavailable) {
    return deny(
      'zone-full',
      sentences.zoneFull(pod.name, here, view.maxUnavailable),
      sentences.fixZoneFull(here, view.maxUnavailable),
      zones,
    );
  }
  const reason = sentences.withinBudget(pod.name, pod.zone, after, view.maxUnavailable);
  return pod.available
    ? { ...allow('within-budget', { uid: pod.uid }, reason, zones), reserve: true }
    : allow('unready', exactly(pod), reason, zones);
}

/**
 * Evictions that disrupt nothing, regardless of the budget's counts.
 *
 * @param policy unhealthyPodEvictionPolicy; without a budget `AlwaysAllow`
 * @returns undefined for a pod that a budget must decide about
 */
function freeToGo(request: EvictionRequest, policy: string): Allow | undefined {
  const { name, pod, preconditionUid } = request;
  if (!pod) return gone(name);
  if (preconditionUid !== undefined && preconditionUid !== pod.uid) {
    return allow('other-pod', undefined, sentences.otherPod(name, pod.uid));
  }
  if (pod.terminating) return allow('terminating', { uid: pod.uid }, sentences.terminating(name));
  if (pod.terminal) return allow('terminal', { uid: pod.uid }, sentences.ended(name));
  if (!pod.available && policy === ALWAYS_ALLOW) {
    return allow('unready', exactly(pod), `${name} is not available, and the budget's policy is ${policy}`);
  }
  return undefined;
}

/** For a pod that its owner, as far as it is known, does not expect: its later absence could not be detected. */
export function refuseUnexpected({ name, zone }: PodRead): Deny {
  return deny('not-expected', sentences.notExpected(name, zone), sentences.FIX_NOT_EXPECTED);
}

/** For a pod whose reservation does not fit into the status. */
export function refuseFull({ name, zone }: PodRead, reserved: number): Deny {
  return deny('ledger-full', sentences.ledgerFull(name, zone, reserved), sentences.FIX_LEDGER_FULL);
}

/** For a reserved pod whose reservation is to be extended. */
export function renewal(name: string): Allow {
  return { ...allow('reserved', undefined, `${name} already has a reservation`), reserve: true };
}

/** How many more pods of each zone could be evicted now, in the order of `zones`. */
export function allowedDisruptions(
  zones: readonly ZoneCount[],
  reservations: readonly Reservation[],
  maxUnavailable: number,
): [ZoneKey, number][] {
  const loads = zoneLoads({ zones, reservations }, undefined);
  const loaded = loads.filter((load) => weight(load) > 0);
  return zones.map(({ zone }) => {
    if (loaded.some((load) => load.zone !== zone)) return [zone, 0];
    const load = loads.find((each) => each.zone === zone) ?? emptyZone(zone);
    const standing = load.expected - weight(load);
    return [zone, Math.max(0, Math.min(standing, maxUnavailable - weight(load)))];
  });
}

/**
 * Counts and reservations by zone, without the reservation of `exceptUid`: evicting that pod again removes no other.
 */
export function zoneLoads(
  { zones, reservations }: Pick<BudgetView, 'zones' | 'reservations'>,
  exceptUid: string | undefined,
): ZoneLoad[] {
  const reserved = new Map<ZoneKey, string[]>();
  for (const { pod, uid, zone } of reservations) {
    if (uid === exceptUid) continue;
    const pods = reserved.get(zone);
    if (pods) pods.push(pod);
    else reserved.set(zone, [pod]);
  }
  const loads = zones.map((count): ZoneLoad => ({ ...count, reserved: reserved.get(count.zone) ?? [] }));
  const counted = new Set(zones.map(({ zone }) => zone));
  for (const [zone, pods] of reserved)
    if (!counted.has(zone)) loads.push({ ...emptyZone(zone), reserved: pods });
  return loads;
}

/** Pods of the zone that are unavailable, or about to be. */
function weight({ unavailable, reserved }: ZoneLoad): number {
  return unavailable + reserved.length;
}

function emptyZone(zone: ZoneKey): ZoneLoad {
  return { zone, expected: 0, unavailable: 0, reserved: [] };
}

function allow(
  why: Allow['why'],
  precondition: Allow['precondition'],
  reason: string,
  zones: readonly ZoneLoad[] = [],
): Allow {
  return { kind: 'allow', why, reserve: false, precondition, reason, zones };
}

/** The API server itself responds with 404, which kubectl drain treats as success. */
function gone(name: string): Allow {
  return allow('gone', undefined, `${name} does not exist`);
}

/** The pod as read: a change since, such as becoming Ready, makes the eviction fail with a conflict. */
function exactly({ uid, resourceVersion }: PodRead): Allow['precondition'] {
  return { uid, resourceVersion };
}

/** B4: a denial with its reason, and with what would change it. */
function deny(code: DenyCode, reason: string, fix: string, zones: readonly ZoneLoad[] = []): Deny {
  return { kind: 'deny', code, reason, fix, zones };
}
