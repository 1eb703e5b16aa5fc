import { disruptedZones } from '../../../shared/kube/zones.ts';
import { brokenWorkloads, excusesByKey } from './available.ts';
import { workloadName } from './reasons.ts';
import type { DrainMemory, DrainObservation, DrainOptions, Excuse } from './types.ts';
import { podsWithoutLabel } from './work.ts';

/** The memory of a drain that has not begun, or of a restarted process. */
export function emptyDrainMemory(): DrainMemory {
  return {
    zone: undefined,
    begun: false,
    batch: [],
    touched: false,
    wholeSinceMs: undefined,
    excuses: [],
    suspects: [],
    known: [],
    resumed: undefined,
  };
}

/**
 * Updates the memory with the current observation; call it before each decision. Idempotent for the same observation.
 *
 * Pods that are down when their workload is first seen are excused: the drain does not wait for them. The excuse
 * shrinks as pods recover and never grows, so no pod disrupted by this process is excused. If a target was cordoned
 * before the first observation, an earlier process may have caused the outage: then only workloads of `ignoreBroken`
 * are excused, and there is no soak for the zone it drained last.
 *
 * @param nowMs by the monotonic clock
 */
export function rememberDrain(
  memory: DrainMemory,
  observation: DrainObservation,
  nowMs: number,
  { ignoreBroken }: Pick<DrainOptions, 'ignoreBroken'> = { ignoreBroken: [] },
): DrainMemory {
  const excuses = new Map(excusesByKey(memory));
  const known = new Set(memory.known);
  const suspects = new Set(memory.suspects);
  const resumed = memory.resumed ?? observation.nodes.some(({ cordoned }) => cordoned);
  for (const workload of observation.workloads) {
    const { key } = workload;
    const excuse = excuses.get(key);
    const counts = disruptedZones(workload.zones).map(({ zone, down }) => ({ zone, down: down.length }));
    const total = counts.reduce((sum, { down }) => sum + down, 0);
    if (excuse) {
      const left = Math.min(excuse.total, total);
      if (left > 0) excuses.set(key, { ...excuse, total: left, zones: fewest(excuse.zones, counts) });
      else excuses.delete(key);
    } else if (!known.has(key) && counts.length > 0) {
      if (!resumed || ignoreBroken.includes(workloadName(workload))) {
        excuses.set(key, { key, sinceMs: nowMs, total, zones: counts });
      } else suspects.add(key);
    } else if (total === 0) suspects.delete(key);
    known.add(key);
  }

  const batch = new Set(memory.batch);
  const unmovable = new Set(podsWithoutLabel(observation));
  // A node whose zone label has changed since is no longer part of the batch.
  const emptying = observation.pods.some(
    (pod) => batch.has(pod.node) && pod.zone === memory.zone && !unmovable.has(pod),
  );
  const next = {
    ...memory,
    excuses: [...excuses.values()],
    suspects: [...suspects],
    known: [...known],
    resumed,
  };
  const whole = !emptying && brokenWorkloads(observation, next).length === 0;
  return {
    ...next,
    touched: memory.touched || emptying,
    wholeSinceMs: whole ? (memory.wholeSinceMs ?? nowMs) : undefined,
  };
}

/** The smaller number for each zone; none if no pod is down any more. */
function fewest(before: Excuse['zones'], now: Excuse['zones']): Excuse['zones'] {
  const counts = new Map(now.map(({ zone, down }) => [zone, down]));
  return before.flatMap(({ zone, down }) => {
    const least = Math.min(down, counts.get(zone) ?? 0);
    return least === 0 ? [] : [{ zone, down: least }];
  });
}
