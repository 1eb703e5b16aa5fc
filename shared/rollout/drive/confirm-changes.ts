import type { DriveContext } from '../../drive/operator.ts';
import { UserError } from '../../errors.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import { describePartition, partitionOf } from '../decide/workload.ts';
import type { RolloutRequest } from './request.ts';
import { ON_DELETE, patchCommand } from './strategy.ts';

/**
 * Prints the template's changes, and asks once for confirmation of all changes to the workload: its template,
 * and its update strategy if that is not OnDelete. Does not ask if nothing changes, or with --yes.
 *
 * @throws UserError if the answer is no, or without a terminal to ask on
 */
export async function agreeOnChanges(
  { change, yes }: RolloutRequest,
  found: StatefulSet,
  { operator }: DriveContext,
): Promise<void> {
  const { type } = found.spec.updateStrategy;
  const workload = `statefulset/${found.metadata.name}`;
  const switches = type !== ON_DELETE;
  if (change) {
    operator.say(`the template of ${workload} changes:`);
    for (const line of change.differences) operator.say(`  ${line}`);
  }
  if (yes || (!switches && !change)) return;
  const partition = describePartition(partitionOf(found.spec.updateStrategy));
  const strategy = `${workload} has update strategy ${type}, under which the controller replaces pods by itself, without regard to zones${partition === undefined ? '' : `; ${partition}`}. Set it to ${ON_DELETE}`;
  const template = 'change the template and replace the pods zone by zone';
  const question = !change
    ? `${strategy}?`
    : switches
      ? `${strategy}, ${template}?`
      : `${capitalized(template)}?`;
  const wayOut =
    switches && !change
      ? `pass --yes, or set it yourself: ${patchCommand(found, { type: ON_DELETE })}`
      : 'pass --yes';
  if (await operator.confirm(question, wayOut)) return;
  throw new UserError(
    switches && !change
      ? `${workload} is not ${ON_DELETE}; nothing was touched`
      : `${workload} was not changed; nothing was touched`,
    wayOut,
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
