import type { Pod } from '../../kube/objects.ts';
import { startupMs } from '../../kube/pods.ts';

/** Default if no pod provides data: a guess; views mark every estimate as such. */
const UNKNOWN_RESTART_MS = 60_000;

/** From this many observed replacements on, they are better evidence than the pods' earlier starts. */
const ENOUGH_SEEN = 3;

/**
 * Estimates how long it takes to replace a pod.
 *
 * @param seenMs times from removal to available observed in this rollout
 * @param flushMs time from a pod's removal to its end, which earlier starts do not show; 0 if unknown
 * @returns by pod name, in ms: the times observed in this rollout, in turn; while there are few, the pod's
 * own last start time, or the median of the others', after the flush
 */
export function restartEstimate(
  pods: Iterable<Pod>,
  seenMs: readonly number[],
  flushMs = 0,
): (pod: { name: string }) => number {
  if (seenMs.length >= ENOUGH_SEEN) {
    // Uses each observed time in turn: a large wave waits for its slowest pod, which a median would not show.
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

/** Estimated flush time of a pod, in ms: the median of the observed times, 0 if there are none. */
export function flushEstimate(seenMs: readonly number[]): number {
  return median(seenMs);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
