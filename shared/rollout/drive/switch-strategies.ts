import type { DriveContext } from '../../drive/operator.ts';
import type { Kube } from '../../kube/kube.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { ON_DELETE, setStrategy, type UpdateStrategy } from './strategy.ts';
import type { WatchedSets } from './watch-sets.ts';

/** After this time the operator is informed of the wait. */
const SILENCE_MS = 2_000;

/**
 * Switches the StatefulSets to OnDelete, and waits until our own watch shows it and the controller has observed it, or
 * for an interrupt.
 */
export async function switchStrategies(
  watched: WatchedSets,
  lock: Pick<RolloutLock, 'strategiesBefore' | 'rememberStrategies'>,
  { clock, operator }: Pick<DriveContext, 'clock' | 'operator'>,
  signal: AbortSignal,
): Promise<void> {
  const { kube, watches } = watched;
  const others = currentSets(watched).filter((set) => set.spec.updateStrategy.type !== ON_DELETE);
  if (others.length === 0) return;
  const before = new Map<string, UpdateStrategy>(lock.strategiesBefore);
  for (const { metadata, spec } of others) before.set(metadata.name, spec.updateStrategy);
  await lock.rememberStrategies(before);
  const switched = await switchEach(kube, others, signal);
  const breakSilence = clock.schedule(SILENCE_MS, () =>
    operator.say(
      `waiting for the StatefulSet controller to observe the update strategy ${ON_DELETE}; is kube-controller-manager running?`,
    ),
  );
  try {
    await watches.until(() => switched.every((set) => isObserved(watched, set)), signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    breakSilence();
  }
}

async function switchEach(
  kube: Kube,
  sets: readonly StatefulSet[],
  signal: AbortSignal,
): Promise<StatefulSet[]> {
  const switched: StatefulSet[] = [];
  for (const set of sets) {
    if (signal.aborted && switched.length > 0) break;
    switched.push(await setStrategy(kube, set, { type: ON_DELETE }));
  }
  return switched;
}

/** The StatefulSets as the watch shows them; before that, as they were found. */
export function currentSets({ watches, found }: WatchedSets): readonly StatefulSet[] {
  return watches.own?.sets ?? found;
}

/** Whether the controller has observed this generation according to our watch, or the StatefulSet is gone. */
export function isObserved(
  { watches }: Pick<WatchedSets, 'watches'>,
  { metadata: { uid, generation } }: Pick<StatefulSet, 'metadata'>,
): boolean {
  const seen = watches.own?.sets.find(({ metadata }) => metadata.uid === uid);
  if (!seen) return true;
  return seen.metadata.generation >= generation && seen.status.observedGeneration >= generation;
}
