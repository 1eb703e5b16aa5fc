import type { DriveContext } from '../../drive/operator.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import type { Reporter } from './events.ts';
import type { RolloutRequest } from './request.ts';
import type { RolloutLock } from './rollout-lock.ts';
import { completeStatus, ON_DELETE, patchCommand, setStrategy } from './strategy.ts';
import type { WatchedSet } from './switch-strategy.ts';

/** How long to wait at the end for the controller's own count. */
const STATUS_PATIENCE_MS = 10_000;

/** Restores the previous strategy if requested; otherwise prints the command for it. */
export async function restoreStrategy(
  request: RolloutRequest,
  { kube, found, watches }: WatchedSet,
  lock: RolloutLock,
  context: DriveContext,
): Promise<void> {
  const before = lock.strategyBefore;
  const current = watches.own;
  if (!before || !current || current.spec.updateStrategy.type !== ON_DELETE) return;
  const question = `Set the update strategy back to ${before.type}? The next change of the template is then rolled out by the controller, without regard to zones.`;
  const canAsk = context.operator.answers && !request.yes;
  const restore =
    request.restoreStrategy || (canAsk && (await context.operator.confirm(question, '--restore-strategy')));
  if (!restore) {
    await lock.rememberStrategy(undefined);
    context.operator.say(
      `the update strategy stays ${ON_DELETE}; to set it back: ${patchCommand(found, before)}`,
    );
    return;
  }
  await setStrategy(kube, current, before);
  await lock.rememberStrategy(undefined);
}

/**
 * Waits until the controller has counted the last pod, because a status it computed earlier would overwrite
 * ours, and then writes the current revision.
 */
export async function bringStatusUpToDate(
  { kube, watches }: WatchedSet,
  reporter: Reporter,
  { clock }: DriveContext,
): Promise<void> {
  const patience = new AbortController();
  const cancel = clock.schedule(STATUS_PATIENCE_MS, () =>
    patience.abort(new Error('the controller does not count the pods')),
  );
  try {
    await watches.until(() => !watches.own || isCounted(watches.own), patience.signal);
    if (watches.own) await completeStatus(kube, watches.own);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    reporter.report({
      atMs: clock.nowMs(),
      type: 'notice',
      message: `status.currentRevision still names the old revision and could not be brought up to date: ${why}`,
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
