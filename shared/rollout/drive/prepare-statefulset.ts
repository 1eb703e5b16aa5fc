import type { DriveContext } from '../../drive/operator.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import { FIRST_LOOK, statefulSetWorkload } from '../decide/workload.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { switchStrategy, type WatchedSet } from './switch-strategy.ts';
import { applyChange } from './template.ts';
import type { Prepared } from './workload-port.ts';

/** How long to wait for the controller, so that the first output can name the new revision. */
const REVISION_PATIENCE_MS = 5_000;

/**
 * With the Lease acquired: sets the update strategy, and only then changes the template, which the controller
 * would roll out itself under any other strategy. After an interrupt no further action is started; the driver
 * then ends the rollout.
 *
 * @throws what `switchStrategy` and `applyChange` throw
 */
export async function prepare(
  request: RolloutRequest,
  watched: WatchedSet,
  lock: RolloutLock,
  context: DriveContext,
  signal: AbortSignal,
): Promise<Prepared> {
  const { kube, watches, found } = watched;
  const { change } = request;
  const current = signal.aborted
    ? (watches.own ?? found)
    : await switchStrategy(watched, lock, context, signal);
  if (!change || signal.aborted) {
    return { ...seen(watched, current), request, changed: false };
  }
  const [metadata] = await applyChange(kube, change);
  await untilSeen(watched, metadata?.generation ?? 0, context, signal);
  return {
    ...seen(watched, current),
    request: { ...request, commandLine: request.commandLineAfterChange },
    changed: true,
  };
}

/** Waits until our own watch has the change; otherwise the driver would find nothing to do. */
async function untilSeen(
  { watches }: WatchedSet,
  generation: number,
  { clock }: DriveContext,
  interrupted: AbortSignal,
): Promise<void> {
  const hasCome = (generationOf: (seen: StatefulSet) => number) => () => {
    const { own } = watches;
    return own === undefined || generationOf(own) >= generation;
  };
  const patience = new AbortController();
  const cancel = clock.schedule(REVISION_PATIENCE_MS, () => patience.abort());
  try {
    await watches.until(
      hasCome((seen) => seen.metadata.generation),
      interrupted,
    );
    await watches.until(
      hasCome((seen) => seen.status.observedGeneration),
      AbortSignal.any([interrupted, patience.signal]),
    );
  } catch (error) {
    if (!interrupted.aborted && !patience.signal.aborted) throw error;
  } finally {
    cancel();
  }
}

function seen({ watches }: WatchedSet, otherwise: StatefulSet): Pick<Prepared, 'workload' | 'observation'> {
  const workload = statefulSetWorkload(watches.own ?? otherwise);
  return { workload, observation: workload.observe(watches.cluster, FIRST_LOOK) };
}
