import type { Pod } from '../../../shared/kube/objects.ts';
import { readySinceMs } from '../../../shared/kube/pods.ts';
import { compareText, ZONE_LABEL } from '../../../shared/kube/zones.ts';
import { writesWhile } from '../../plan/decide/store-load.ts';
import type { Load } from './events.ts';
import type { Demand } from './scenario.ts';

/** What can be seen of one side's ingesters by looking at their pods. */
export interface Fleet extends Load {
  pods: number;
  /** Pods that are Ready and stay. */
  serving: number;
  /** Pods with the new image that stay, ready or not. */
  renewed: number;
}

/**
 * What a set of pods asks of the store. A terminating pod flushes until it is gone, if it has ever run: before that it
 * holds nothing.
 *
 * @param newImage the image of new pods
 */
export function fleetOf(pods: Iterable<Pod>, newImage: string, demand: Demand): Fleet {
  const all = [...pods];
  const isGoing = ({ metadata }: Pod) => metadata.deletionTimestampMs !== undefined;
  const flushing = all.filter((pod) => isGoing(pod) && pod.status.phase === 'Running');
  const zones = new Set(flushing.map(({ metadata }) => metadata.labels[ZONE_LABEL] ?? 'unknown'));
  return {
    pods: all.length,
    serving: all.filter((pod) => !isGoing(pod) && readySinceMs(pod) !== undefined).length,
    renewed: all.filter((pod) => !isGoing(pod) && hasImage(pod, newImage)).length,
    flushing: flushing.length,
    zones: [...zones].sort(compareText),
    writesPerSecond: writesWhile(demand, flushing.length),
  };
}

/** Whether all pods that are wanted serve, with no other left. */
export function isWhole({ pods, serving }: Fleet, wanted: number): boolean {
  return pods === wanted && serving === wanted;
}

/** Whether the new image is everywhere and nothing is on the move. */
export function isSettled(fleet: Fleet, wanted: number): boolean {
  return isWhole(fleet, wanted) && fleet.renewed === wanted;
}

function hasImage({ spec }: Pod, image: string): boolean {
  return spec.containers.some((container) => container.image === image);
}
