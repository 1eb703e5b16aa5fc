import { disruptedZones } from '../../../shared/kube/zones.ts';
import { brokenWorkloads, excusesByKey } from './available.ts';
import { workloadName } from './reasons.ts';
import type { DrainMemory, DrainObservation, DrainOptions, Excuse } from './types.ts';
import { podsWithoutLabel } from './work.ts';

/** The memory of a drain that has not begun, and of one whose process was restarted. */
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
 * Brings the memory up to date with what is seen now; to be called before each decision. Calling it again with the
 * same observation changes nothing.
 *
 * Pods that are down when their workload is seen first are excused: not waited for, until as many are back. Nothing is
 * added to an excuse later, so no pod that this process has disrupted is excused. Where a target was cordoned before the
 * first look, an earlier process may have broken what is broken: then only workloads that are to be ignored are
 * excused, and the zone that it drained last is not soaked.
 *
 * @param nowMs by the API server's clock
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
  // A node that has got another zone label since is of the batch no more.
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

/** In each zone the smaller number; none where no pod is down any more. */
function fewest(before: Excuse['zones'], now: Excuse['zones']): Excuse['zones'] {
  const counts = new Map(now.map(({ zone, down }) => [zone, down]));
  return before.flatMap(({ zone, down }) => {
    const least = Math.min(down, counts.get(zone) ?? 0);
    return least === 0 ? [] : [{ zone, down: least }];
  });
}
