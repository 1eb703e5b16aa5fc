import { disruptedZones, type ZoneTally } from '../../kube/zones.ts';

/** What the rollout cost in availability, as an observer saw it who knows nothing of decisions. */
export interface Audit {
  /** Most pods down at one moment, whatever took them down. */
  mostPodsDown: number;
  /** Most zones with pods down at one moment, counted from two on; 0 when it was never more than one. */
  zonesDownTogether: number;
  /** Most pods terminating at one moment, whatever made them. */
  mostPodsTerminating: number;
}

export const CLEAN_AUDIT: Audit = { mostPodsDown: 0, zonesDownTogether: 0, mostPodsTerminating: 0 };

/** The audit after another look at the zones, with the number of pods that terminate. */
export function auditMoment(before: Audit, tallies: readonly ZoneTally[], terminating: number): Audit {
  const disrupted = disruptedZones(tallies);
  const down = disrupted.reduce((sum, tally) => sum + tally.down.length, 0);
  return {
    mostPodsDown: Math.max(before.mostPodsDown, down),
    zonesDownTogether: Math.max(before.zonesDownTogether, disrupted.length > 1 ? disrupted.length : 0),
    mostPodsTerminating: Math.max(before.mostPodsTerminating, terminating),
  };
}
