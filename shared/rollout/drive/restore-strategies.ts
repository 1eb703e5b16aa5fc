import type { DriveContext } from '../../drive/operator.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import { listNames } from '../../sentences.ts';
import type { Reporter } from './events.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { completeStatus, ON_DELETE, patchCommand, setStrategy } from './strategy.ts';
import type { WatchedSets } from './watch-sets.ts';

/** How long to wait at the end for the controller's own count. */
const STATUS_PATIENCE_MS = 10_000;

/** Restores the previous strategies if requested; otherwise prints the commands for it. */
export async function restoreStrategies(
  request: RolloutRequest,
  { kube, watches }: WatchedSets,
  lock: Pick<RolloutLock, 'strategiesBefore' | 'rememberStrategies'>,
  context: DriveContext,
): Promise<void> {
  const switched = (watches.own?.sets ?? []).flatMap((set) => {
    const before = lock.strategiesBefore.get(set.metadata.name);
    return before && set.spec.updateStrategy.type === ON_DELETE ? [{ set, before }] : [];
  });
  if (switched.length === 0) return;
  const several = switched.length > 1;
  const types = [...new Set(switched.map(({ before }) => before.type))].join(' and ');
  const of = several ? ` of ${listNames(switched.map(({ set }) => set.metadata.name))}` : '';
  const question = `Set the update strategy${of} back to ${types}? The next change of the template is then rolled out by the controller, without regard to zones.`;
  const canAsk = context.operator.answers && !request.yes;
  const restore =
    request.restoreStrategy || (canAsk && (await context.operator.confirm(question, '--restore-strategy')));
  for (const { set, before } of switched) {
    if (restore) {
      await setStrategy(kube, set, before);
      continue;
    }
    const whose = several ? ` of ${set.metadata.name}` : '';
    context.operator.say(
      `the update strategy${whose} stays ${ON_DELETE}; to set it back: ${patchCommand(set, before)}`,
    );
  }
  await lock.rememberStrategies(new Map());
}

/**
 * Waits until the controller has counted the last pods, because a status it computed earlier would overwrite
 * ours, and then writes the current revisions.
 */
export async function bringStatusUpToDate(
  { kube, watches }: WatchedSets,
  reporter: Reporter,
  { clock }: DriveContext,
): Promise<void> {
  const patience = new AbortController();
  const cancel = clock.schedule(STATUS_PATIENCE_MS, () =>
    patience.abort(new Error('the controller does not count the pods')),
  );
  const sets = () => watches.own?.sets ?? [];
  try {
    await watches.until(() => sets().every(isCounted), patience.signal);
    for (const set of sets()) await completeStatus(kube, set);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reporter.report({
      atMs: clock.nowMs(),
      type: 'notice',
      message: `status.currentRevision still names the old revision and could not be updated: ${why}`,
    });
  } finally {
    cancel();
  }
}

function isCounted({ metadata, spec, status }: StatefulSet): boolean {
  return (
    status.observedGeneration >= metadata.generation &&
    status.updatedReplicas >= spec.replicas &&
    status.availableReplicas >= spec.replicas
  );
}
