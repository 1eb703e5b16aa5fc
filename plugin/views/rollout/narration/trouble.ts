import { firstNames, oneLine } from '../../../../shared/format.ts';
import type { PodCell, RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';

/** Pods of one zone that are down for the same reason. */
export interface Trouble {
  zone: string;
  detail: string;
  pods: readonly string[];
}

/** Why a pod is down; `not ready` if the reason is unknown. */
export function detailOf(cell: PodCell): string {
  return oneLine(cell.detail ?? '') || 'not ready';
}

/**
 * Pods that are down for reasons other than the rollout, by zone and reason, in the order of the snapshot. Includes
 * pods replaced by this rollout that cannot start.
 */
export function troublesOf(snapshot: RolloutSnapshot): Trouble[] {
  return snapshot.zones.flatMap(({ zone, cells }) => {
    const byDetail = Map.groupBy(
      cells.filter(({ state }) => state === 'unready'),
      detailOf,
    );
    return [...byDetail].map(([detail, group]) => ({ zone, detail, pods: group.map((cell) => cell.name) }));
  });
}

/** `zone-b: ingester-3, ingester-1 down: ImagePullBackOff`. */
export function describeTrouble({ zone, detail, pods }: Trouble): string {
  return `${zone}: ${firstNames(pods)} down: ${detail}`;
}
