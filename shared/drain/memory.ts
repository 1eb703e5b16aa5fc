import type { DrainMemory, DrainObservation } from './types.ts';
import { brokenWorkloads, isWhole } from './whole.ts';
import { podsWithoutLabel } from './work.ts';

/** The memory of a drain that has not begun, and of one whose process was restarted. */
export function emptyDrainMemory(): DrainMemory {
  return {
    zone: undefined,
    begun: false,
    batch: [],
    touched: false,
    wholeSinceMs: undefined,
    exempt: [],
    known: [],
    resumed: undefined,
  };
}

/**
 * Brings the memory up to date with what is seen now; to be called before each decision. Calling it again with the
 * same observation changes nothing.
 *
 * A workload that is broken when it is seen first becomes exempt, unless a ZoneDisruptionBudget guards it, and stays
 * so until it has been whole once. A workload that was seen before never becomes exempt, so none that this process has
 * disrupted does. Where a target was cordoned before the first look, an earlier process may have broken what is
 * broken: nothing becomes exempt then. The zone that it drained last is not soaked.
 *
 * @param nowMs by the API server's clock
 */
export function rememberDrain(
  memory: DrainMemory,
  observation: DrainObservation,
  nowMs: number,
): DrainMemory {
  const exempt = new Set(memory.exempt);
  const known = new Set(memory.known);
  const resumed = memory.resumed ?? observation.nodes.some(({ cordoned }) => cordoned);
  for (const workload of observation.workloads) {
    const { key, guard } = workload;
    if (guard === 'zone-budget' || isWhole(workload)) exempt.delete(key);
    else if (!known.has(key) && !resumed) exempt.add(key);
    known.add(key);
  }

  const batch = new Set(memory.batch);
  const unmovable = new Set(podsWithoutLabel(observation));
  // A node that has got another zone label since is of the batch no more.
  const emptying = observation.pods.some(
    (pod) => batch.has(pod.node) && pod.zone === memory.zone && !unmovable.has(pod),
  );
  const next = { ...memory, exempt: [...exempt], known: [...known], resumed };
  const whole = !emptying && brokenWorkloads(observation, next).length === 0;
  return {
    ...next,
    touched: memory.touched || emptying,
    wholeSinceMs: whole ? (memory.wholeSinceMs ?? nowMs) : undefined,
  };
}
