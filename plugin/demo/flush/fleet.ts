import type { Pod } from '../../../shared/kube/objects.ts';
import { readySinceMs } from '../../../shared/kube/pods.ts';
import { compareText, ZONE_LABEL } from '../../../shared/kube/zones.ts';
import { writesWhile } from '../../plan/decide/store-load.ts';
import type { Load } from './events.ts';
import type { Demand } from './scenario.ts';

/** The state of one side's ingesters, from their pods. */
export interface Fleet extends Load {
  pods: number;
  /** Pods that are Ready and not terminating. */
  serving: number;
  /** Pods with the new image that are not terminating, ready or not. */
  renewed: number;
}

/**
 * The load of a set of pods on the store. A terminating pod flushes until it is gone if it has ever run; otherwise it
 * has no data.
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

/** Whether all wanted pods serve, and there are no others. */
export function isWhole({ pods, serving }: Fleet, wanted: number): boolean {
  return pods === wanted && serving === wanted;
}

/** Whether all pods have the new image and nothing is changing. */
export function isSettled(fleet: Fleet, wanted: number): boolean {
  return isWhole(fleet, wanted) && fleet.renewed === wanted;
}

function hasImage({ spec }: Pod, image: string): boolean {
  return spec.containers.some((container) => container.image === image);
}
