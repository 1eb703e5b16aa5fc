import type { Pod } from '../../kube/objects.ts';
import { startupMs } from '../../kube/pods.ts';

/** Taken when no pod tells anything: a guess that the view marks as an estimate like every other. */
const UNKNOWN_RESTART_MS = 60_000;

/** From so many observed replacements on, they say more than the pods' earlier starts. */
const ENOUGH_SEEN = 3;

/**
 * How long a pod will take to be replaced.
 *
 * @param seenMs times from removal to available that this rollout has seen
 * @param flushMs from a pod's removal to its end, which no earlier start-up tells; 0 while it is not known
 * @returns by pod name, in ms: the times that this rollout has seen, one after the other; while there are few, the pod's
 * own last start-up, else the median of the others', after the flush
 */
export function restartEstimate(
  pods: Iterable<Pod>,
  seenMs: readonly number[],
  flushMs = 0,
): (pod: { name: string }) => number {
  if (seenMs.length >= ENOUGH_SEEN) {
    // Each pod takes one of the times seen: a wave of many waits for its slowest, which a median would not tell.
    let pods = 0;
    return () => seenMs[pods++ % seenMs.length] ?? 0;
  }
  const startups = new Map<string, number>();
  for (const pod of pods) {
    const tookMs = startupMs(pod);
    if (tookMs !== undefined) startups.set(pod.metadata.name, tookMs);
  }
  const typicalMs = startups.size > 0 ? median([...startups.values()]) : UNKNOWN_RESTART_MS;
  return ({ name }) => flushMs + (startups.get(name) ?? typicalMs);
}

/** How long a pod will take to flush, in ms: the median of the times seen, 0 where none has been. */
export function flushEstimate(seenMs: readonly number[]): number {
  return median(seenMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
