import type { DrainZoneRow } from './snapshot.ts';

/** What is known of the pace of a drain. */
export interface DrainPace {
  /** Zones that are finished, with their pods. */
  finished: readonly { pods: number; tookMs: number }[];
  /** How long the zone that is being drained has taken so far; undefined between zones. */
  currentForMs: number | undefined;
  /** Between two zones. */
  soakMs: number;
}

/**
 * Estimates the time until the last zone is healthy again, from the time per pod of the zones that are finished; in the
 * first zone from that of the pods that have left it.
 *
 * @returns undefined if there is nothing to estimate it from: a time is never invented
 */
export function drainTimeLeft(zones: readonly DrainZoneRow[], pace: DrainPace): number | undefined {
  const rows = zones.filter(({ phase }) => phase !== 'finished').map(countPods);
  const left = rows.reduce((sum, row) => sum + row.left, 0);
  const perPodMs = msPerPod(rows, pace);
  if (perPodMs === undefined || rows.length === 0) return undefined;
  return left * perPodMs + Math.max(0, rows.length - 1) * pace.soakMs;
}

interface Counted {
  isCurrent: boolean;
  pods: number;
  left: number;
}

function countPods({ phase, nodes }: DrainZoneRow): Counted {
  const sum = (of: 'pods' | 'left') => nodes.reduce((all, node) => all + node[of], 0);
  return { isCurrent: phase !== 'pending', pods: sum('pods'), left: sum('left') };
}

function msPerPod(rows: readonly Counted[], { finished, currentForMs }: DrainPace): number | undefined {
  const pods = finished.reduce((sum, zone) => sum + zone.pods, 0);
  if (pods > 0) return finished.reduce((sum, zone) => sum + zone.tookMs, 0) / pods;
  const current = rows.find(({ isCurrent }) => isCurrent);
  // Once all its pods have left, how long they take to recover elsewhere is not known.
  if (!current || currentForMs === undefined || current.left === 0) return undefined;
  const gone = current.pods - current.left;
  return gone > 0 ? currentForMs / gone : undefined;
}
