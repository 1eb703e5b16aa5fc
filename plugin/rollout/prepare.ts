import type { StatefulSet } from '../../shared/kube/objects.ts';
import { observeStatefulSet } from '../../shared/rollout/observe.ts';
import type { Observation } from '../../shared/rollout/types.ts';
import type { Context } from '../context.ts';
import type { RolloutLock } from './lock.ts';
import type { RolloutRequest, Watched } from './run.ts';
import { switchStrategy } from './switch-strategy.ts';
import { applyChange } from './template.ts';

/** How long the controller is waited for so that the first words can name the new revision. */
const REVISION_PATIENCE_MS = 5_000;

/** A workload that is ready to be rolled out. */
export interface Prepared {
  statefulSet: StatefulSet;
  observation: Observation;
  /** Its command line is the one that goes on from here: a change that is made must not be made again. */
  request: RolloutRequest;
  changed: boolean;
}

/**
 * With the Lease held: sets the update strategy, and only then changes the template, which under any other strategy its
 * controller would roll out by itself. An interrupt leaves undone what has not begun; the driver then ends the rollout.
 *
 * @throws what `switchStrategy` and `applyChange` throw
 */
export async function prepare(
  request: RolloutRequest,
  watched: Watched,
  lock: RolloutLock,
  context: Context,
  signal: AbortSignal,
): Promise<Prepared> {
  const { kube, watches, found } = watched;
  const { change } = request;
  const current = signal.aborted
    ? (watches.statefulSet ?? found)
    : await switchStrategy(watched, lock, signal);
  if (!change || signal.aborted) {
    return { statefulSet: current, observation: observe(watched, current), request, changed: false };
  }
  const statefulSet = await applyChange(kube, current, change);
  await untilSeen(watched, statefulSet, context, signal);
  return {
    statefulSet,
    observation: observe(watched, statefulSet),
    request: { ...request, commandLine: request.commandLineAfterChange },
    changed: true,
  };
}

/** Until our own watch has the change; a driver that began on what was before would find nothing to do. */
async function untilSeen(
  { watches }: Watched,
  { metadata }: StatefulSet,
  { clock }: Context,
  interrupted: AbortSignal,
): Promise<void> {
  const hasCome = (generationOf: (seen: StatefulSet) => number) => () => {
    const { statefulSet } = watches;
    return statefulSet === undefined || generationOf(statefulSet) >= metadata.generation;
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

function observe({ watches }: Watched, otherwise: StatefulSet): Observation {
  return observeStatefulSet({
    statefulSet: watches.statefulSet ?? otherwise,
    pods: watches.pods.values(),
    nodes: watches.nodes,
  });
}
