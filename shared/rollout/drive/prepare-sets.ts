import type { DriveContext } from '../../drive/operator.ts';
import type { ObjectMeta } from '../../kube/objects.ts';
import { FIRST_LOOK, setsWorkload } from '../decide/workload.ts';
import type { WorkloadId } from '../decide/workload-id.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { isObserved, switchStrategies } from './switch-strategies.ts';
import { applyChange } from './template.ts';
import type { WatchedSets } from './watch-sets.ts';
import type { Prepared } from './workload-port.ts';

/** How long to wait for the controller, so that the first output can name the new revision. */
const REVISION_PATIENCE_MS = 5_000;

/**
 * With the Lease acquired: sets the update strategies, and only then changes the templates, which the controller
 * would roll out itself under any other strategy. After an interrupt no further action is started; the driver
 * then ends the rollout.
 *
 * @throws what `switchStrategies` and `applyChange` throw
 */
export async function prepareSets(
  request: RolloutRequest,
  watched: WatchedSets,
  id: WorkloadId,
  lock: RolloutLock,
  context: DriveContext,
  signal: AbortSignal,
): Promise<Prepared> {
  const { change } = request;
  if (!signal.aborted) await switchStrategies(watched, lock, context, signal);
  if (!change || signal.aborted) return { ...seen(watched, id), request, changed: false };
  await untilSeen(watched, await applyChange(watched.kube, change), context, signal);
  return {
    ...seen(watched, id),
    request: { ...request, commandLine: request.commandLineAfterChange },
    changed: true,
  };
}

/** Waits until our own watch has the changes; otherwise the driver would find nothing to do. */
async function untilSeen(
  watched: WatchedSets,
  changed: readonly ObjectMeta[],
  { clock }: DriveContext,
  interrupted: AbortSignal,
): Promise<void> {
  const { watches } = watched;
  const hasCome = ({ uid, generation }: ObjectMeta) => {
    const set = watches.own?.sets.find(({ metadata }) => metadata.uid === uid);
    return set === undefined || set.metadata.generation >= generation;
  };
  const patience = new AbortController();
  const cancel = clock.schedule(REVISION_PATIENCE_MS, () => patience.abort());
  try {
    await watches.until(() => changed.every(hasCome), interrupted);
    await watches.until(
      () => changed.every((metadata) => isObserved(watched, { metadata })),
      AbortSignal.any([interrupted, patience.signal]),
    );
  } catch (error) {
    if (!interrupted.aborted && !patience.signal.aborted) throw error;
  } finally {
    cancel();
  }
}

function seen({ watches, found }: WatchedSets, id: WorkloadId): Pick<Prepared, 'workload' | 'observation'> {
  const workload = watches.workload ?? setsWorkload(id, found, []);
  return { workload, observation: workload.observe(watches.cluster, FIRST_LOOK) };
}
