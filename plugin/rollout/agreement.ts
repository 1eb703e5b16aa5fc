import type { StatefulSet } from '../../shared/kube/objects.ts';
import { describePartition, partitionOf } from '../../shared/rollout/workload.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { writeLines } from '../output.ts';
import { confirm } from '../questions.ts';
import type { RolloutRequest } from './run.ts';
import { ON_DELETE, patchCommand } from './strategy.ts';

/**
 * Shows the change of the template, and asks once for all that is to be changed about the workload: its template, and
 * its update strategy where that is not OnDelete. Does not ask when nothing is, nor when --yes has answered.
 *
 * @throws UserError when the answer is no, and where nobody can be asked
 */
export async function agreeOnChanges(
  { change, yes }: RolloutRequest,
  found: StatefulSet,
  context: Context,
): Promise<void> {
  const { type } = found.spec.updateStrategy;
  const workload = `statefulset/${found.metadata.name}`;
  const switches = type !== ON_DELETE;
  if (change) {
    writeLines(context.stderr, [
      `the template of ${workload} changes:`,
      ...change.differences.map((line) => `  ${line}`),
    ]);
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
  if (await confirm(question, context, wayOut)) return;
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
