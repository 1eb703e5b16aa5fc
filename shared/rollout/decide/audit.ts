import { disruptedZones, type ZoneTally } from '../../kube/zones.ts';

/** The rollout's cost in availability, as an independent observer sees it. */
export interface Audit {
  /** Most pods down at once, for whatever reason. */
  mostPodsDown: number;
  /** Most zones with pods down at once, counted from two; 0 if it was never more than one. */
  zonesDownTogether: number;
  /** Most pods terminating at once, for whatever reason. */
  mostPodsTerminating: number;
}

export const CLEAN_AUDIT: Audit = { mostPodsDown: 0, zonesDownTogether: 0, mostPodsTerminating: 0 };

/** The audit updated with the current zones and number of terminating pods. */
export function auditMoment(before: Audit, tallies: readonly ZoneTally[], terminating: number): Audit {
  const disrupted = disruptedZones(tallies);
  const down = disrupted.reduce((sum, tally) => sum + tally.down.length, 0);
  return {
    mostPodsDown: Math.max(before.mostPodsDown, down),
    zonesDownTogether: Math.max(before.zonesDownTogether, disrupted.length > 1 ? disrupted.length : 0),
    mostPodsTerminating: Math.max(before.mostPodsTerminating, terminating),
  };
}
