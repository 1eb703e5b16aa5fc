import type { StatefulSet } from '../../shared/kube/objects.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { RolloutLock } from './lock.ts';
import { confirm } from './questions.ts';
import type { RolloutRequest, Watched } from './run.ts';
import { ON_DELETE, patchCommand, setStrategy } from './strategy.ts';

/** A StatefulSet that is not OnDelete is only switched when somebody says yes. */
export async function agreeOnStrategy(
  request: RolloutRequest,
  found: StatefulSet,
  context: Context,
): Promise<void> {
  const { type } = found.spec.updateStrategy;
  if (type === ON_DELETE || request.yes) return;
  const { name } = found.metadata;
  const question = `statefulset/${name} has update strategy ${type}, under which the controller replaces pods by itself, without regard to zones. Set it to ${ON_DELETE}?`;
  const command = patchCommand(found, { type: ON_DELETE });
  const wayOut = `pass --yes, or set it yourself: ${command}`;
  if (await confirm(question, context, wayOut)) return;
  throw new UserError(`statefulset/${name} is not ${ON_DELETE}; nothing was touched`, wayOut);
}

/** Switches to OnDelete, and waits until our own watch shows it. */
export async function switchStrategy(
  { kube, found, watches }: Watched,
  lock: RolloutLock,
  signal: AbortSignal,
): Promise<StatefulSet> {
  const current = watches.statefulSet ?? found;
  if (current.spec.updateStrategy.type === ON_DELETE) return current;
  await lock.rememberStrategy(current.spec.updateStrategy);
  const switched = await setStrategy(kube, current, { type: ON_DELETE });
  await watches.until(() => {
    const seen = watches.statefulSet;
    if (!seen || seen.metadata.generation < switched.metadata.generation) return seen === undefined;
    return seen.status.observedGeneration >= switched.metadata.generation;
  }, signal);
  return switched;
}
