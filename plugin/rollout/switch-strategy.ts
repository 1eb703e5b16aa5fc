import type { Kube } from '../../shared/kube/kube.ts';
import type { StatefulSet } from '../../shared/kube/objects.ts';
import type { RolloutLock } from './lock.ts';
import { ON_DELETE, setStrategy } from './strategy.ts';
import type { WorkloadWatches } from './watches.ts';

/** A StatefulSet that is watched. */
export interface WatchedSet {
  kube: Kube;
  /** As it was when the command began. */
  found: StatefulSet;
  watches: WorkloadWatches<StatefulSet>;
}

/** Switches to OnDelete, and waits until our own watch shows it and the controller obeys it, or for an interrupt. */
export async function switchStrategy(
  { kube, found, watches }: WatchedSet,
  lock: RolloutLock,
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
  await watches.until(isSeen, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  return switched;
}
