import type { BudgetObservation, BudgetStatus } from '../../shared/budget/decide/types.ts';
import { ZONE_LABEL } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';

const TYPE = 'ZonesKnown';

/** Adds the condition that names scheduled pods without a zone. Returns the same object if nothing changes. */
export function withZonesKnown(
  status: BudgetStatus,
  observation: Pick<BudgetObservation, 'pods'>,
  nowMs: number,
): BudgetStatus {
  const unknown = observation.pods.filter(({ zone }) => zone === undefined).map(({ name }) => name);
  const known = unknown.length === 0;
  const wanted = {
    type: TYPE,
    status: known ? 'True' : 'False',
    reason: known ? 'AllZonesKnown' : 'NoZone',
    message: known
      ? ''
      : `${listNames(unknown.sort())}: not scheduled, or on a node without the label ${ZONE_LABEL}`,
  };
  const before = status.conditions.find(({ type }) => type === TYPE);
  if (before?.status === wanted.status && before.message === wanted.message) return status;
  const lastTransitionTimeMs =
    before?.status === wanted.status ? before.lastTransitionTimeMs : Math.floor(nowMs / 1000) * 1000;
  const others = status.conditions.filter(({ type }) => type !== TYPE);
  return { ...status, conditions: [...others, { ...wanted, lastTransitionTimeMs }] };
}
