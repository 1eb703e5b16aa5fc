/** Messages of admissions and denials for the requester of the eviction. */
import { isKnownZone, ZONE_LABEL } from '../../kube/zones.ts';
import { countPods, listNames } from '../../sentences.ts';
import type { ZoneLoad } from './types.ts';

/** As the API server says it. */
export function gone(pod: string): string {
  return `pods "${pod}" not found`;
}

export function terminating(pod: string): string {
  return `${pod} is already terminating`;
}

export function ended(pod: string): string {
  return `${pod} has ended`;
}

export function otherPod(pod: string, uid: string): string {
  return `${pod} is not the requested pod: its uid is ${uid}`;
}

export const FIX_UNBOUND =
  'check that the MutatingWebhookConfiguration of kubectl-zone is installed and no later webhook undoes it';

export function unbound(pod: string): string {
  return `${pod} cannot be evicted: nothing has bound the eviction to one pod`;
}

export const FIX_TWO_BUDGETS = 'change their selectors so that only one selects it';

/** As with two PodDisruptionBudgets. */
export function twoBudgets(pod: string, budgets: readonly string[]): string {
  return `${pod} has more than one ZoneDisruptionBudget (${budgets.join(', ')}), which the eviction API does not support`;
}

/** Which pods a budget covers is unknown while it cannot be read. */
export function mayCover(budget: { name: string; reason: string } | undefined): string {
  const which = budget
    ? `budget ${budget.name} cannot be read (${budget.reason})`
    : 'a budget cannot be read';
  return `${which}, and it may cover the pod`;
}

export const FIX_UNKNOWN_ZONE = `label its node with ${ZONE_LABEL}`;

export function unknownZone(pod: string): string {
  return `${pod} cannot be evicted: its zone is unknown`;
}

export const FIX_NOT_EXPECTED = 'try again when its owner has been scaled';

export function notExpected(pod: string, zone: string | undefined): string {
  return cannotTell(pod, zone, 'its owner is scaling down and does not expect it');
}

export const FIX_LEDGER_FULL = 'try again when some of those evictions have been carried out';

export function ledgerFull(pod: string, zone: string | undefined, reserved: number): string {
  return cannotTell(
    pod,
    zone,
    `the budget's status has no room for more than the ${countPods(reserved)} about to be evicted`,
  );
}

export function cannotTell(pod: string, zone: string | undefined, problem: string): string {
  return `${pod}${zone === undefined ? '' : ` of ${zone}`} cannot be evicted: ${problem}`;
}

/** `ingester-4 of zone-b cannot be evicted: zone-a has 1 of 4 pods unavailable and ingester-0 about to be evicted`. */
export function otherZones(pod: string, zone: string, others: readonly ZoneLoad[]): string {
  return `${pod} of ${zone} cannot be evicted: ${others.map(describeLoad).join('; ')}`;
}

export function fixOtherZones(others: readonly ZoneLoad[]): string {
  const known = others.filter(({ zone }) => isKnownZone(zone)).map(({ zone }) => zone);
  const unknown = others.filter(({ zone }) => !isKnownZone(zone)).map(({ zone }) => zone.slice(1));
  const conditions = [
    ...(known.length > 0 ? [`all pods of ${listNames(known)} are available`] : []),
    ...(unknown.length > 0
      ? [`${listNames(unknown)} ${unknown.length > 1 ? 'are' : 'is'} available in a known zone`]
      : []),
  ];
  return `try again when ${conditions.join(' and ')}`;
}

export function zoneFull(pod: string, here: ZoneLoad, maxUnavailable: number): string {
  const down = here.unavailable + here.reserved.length > 0 ? `${describeLoad(here)}, and ` : '';
  return `${pod} of ${here.zone} cannot be evicted: ${down}maxUnavailable is ${maxUnavailable}`;
}

export function fixZoneFull(here: ZoneLoad, maxUnavailable: number): string {
  return maxUnavailable === 0
    ? 'raise maxUnavailable of the budget'
    : `try again when fewer than ${countPods(maxUnavailable)} of ${here.zone} are unavailable, or raise maxUnavailable of the budget`;
}

export function withinBudget(pod: string, zone: string, after: number, maxUnavailable: number): string {
  return `${pod} of ${zone} may be evicted: ${after} of at most ${maxUnavailable} pods unavailable afterwards, and all other zones are healthy`;
}

function describeLoad({ zone, expected, unavailable, reserved }: ZoneLoad): string {
  if (!isKnownZone(zone)) return `${zone.slice(1)} is unavailable and its zone is unknown`;
  const parts = [
    ...(unavailable > 0 ? [`${unavailable} of ${countPods(expected)} unavailable`] : []),
    ...(reserved.length > 0 ? [`${listNames(reserved)} about to be evicted`] : []),
  ];
  return `${zone} has ${parts.join(' and ')}`;
}
