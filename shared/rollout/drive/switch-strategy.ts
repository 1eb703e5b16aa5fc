import type { DriveContext } from '../../drive/operator.ts';
import type { Kube } from '../../kube/kube.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { ON_DELETE, setStrategy } from './strategy.ts';
import type { WorkloadWatches } from './watches.ts';

/** A StatefulSet being watched. */
export interface WatchedSet {
  kube: Kube;
  /** Its state when the command began. */
  found: StatefulSet;
  watches: WorkloadWatches<StatefulSet>;
}

/** After this time the operator is informed of the wait. */
const SILENCE_MS = 2_000;

/**
 * Switches to OnDelete, and waits until our own watch shows it and the controller has observed it, or for an interrupt.
 */
export async function switchStrategy(
  { kube, found, watches }: WatchedSet,
  lock: RolloutLock,
  { clock, operator }: Pick<DriveContext, 'clock' | 'operator'>,
  signal: AbortSignal,
): Promise<StatefulSet> {
  const current = watches.own ?? found;
  if (current.spec.updateStrategy.type === ON_DELETE) return current;
  await lock.rememberStrategy(current.spec.updateStrategy);
  const switched = await setStrategy(kube, current, { type: ON_DELETE });
  const isSeen = () => {
    const seen = watches.own;
    if (!seen || seen.metadata.generation < switched.metadata.generation) return seen === undefined;
    return seen.status.observedGeneration >= switched.metadata.generation;
  };
  const breakSilence = clock.schedule(SILENCE_MS, () =>
    operator.say(
      `waiting for the StatefulSet controller to observe the update strategy ${ON_DELETE}; is kube-controller-manager running?`,
    ),
  );
  try {
    await watches.until(isSeen, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    breakSilence();
  }
  return switched;
}
