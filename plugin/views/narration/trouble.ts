import type { PodCell, RolloutSnapshot } from '../../../shared/rollout/snapshot.ts';
import { firstNames, oneLine } from '../format.ts';

/** What every pod goes through when it is replaced; anything else is worth a line. */
const ORDINARY: ReadonlySet<string> = new Set([
  'terminating',
  'missing',
  'pending',
  'not ready',
  'starting',
  'ready for too short a time',
  'containercreating',
  'podinitializing',
  'containersnotready',
]);

/** Pods of one zone that are down for the same reason. */
export interface Trouble {
  zone: string;
  detail: string;
  pods: readonly string[];
}

/** Whether a pod is down in a way that a rollout does not explain. */
export function isTroubled(cell: PodCell): boolean {
  if (cell.state === 'unready') return true;
  return cell.state === 'replacing' && !ORDINARY.has(detailOf(cell).toLowerCase());
}

/** Why a pod is down; pods whose reason nobody knows are `not ready`. */
export function detailOf(cell: PodCell): string {
  return oneLine(cell.detail ?? '') || 'not ready';
}

/** All troubled pods, by zone and reason, in the order of the snapshot. */
export function troublesOf(snapshot: RolloutSnapshot): Trouble[] {
  return snapshot.zones.flatMap(({ zone, cells }) => {
    const byDetail = Map.groupBy(cells.filter(isTroubled), detailOf);
    return [...byDetail].map(([detail, group]) => ({ zone, detail, pods: group.map((cell) => cell.name) }));
  });
}

/** `zone-b: ingester-3, ingester-1 down: ImagePullBackOff`. */
export function describeTrouble({ zone, detail, pods }: Trouble): string {
  return `${zone}: ${firstNames(pods)} down: ${detail}`;
}
