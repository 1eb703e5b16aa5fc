import type { DriveContext } from '../../drive/operator.ts';
import { UserError } from '../../errors.ts';
import type { StatefulSet } from '../../kube/objects.ts';
import { listNames } from '../../sentences.ts';
import { describePartition, partitionOf } from '../decide/workload.ts';
import type { RolloutRequest } from './request.ts';
import { ON_DELETE, patchCommand } from './strategy.ts';

/**
 * Prints the changes of the templates, and asks once for confirmation of all changes to the StatefulSets: their
 * templates, and their update strategies if those are not OnDelete. Does not ask if nothing changes, or with --yes.
 *
 * @throws UserError if the answer is no, or without a terminal to ask on
 */
export async function agreeOnChanges(
  { change, yes }: RolloutRequest,
  found: readonly StatefulSet[],
  { operator }: DriveContext,
): Promise<void> {
  const switched = found.filter(({ spec }) => spec.updateStrategy.type !== ON_DELETE);
  if (change) {
    const changed = change.members.length > 0 ? change.members.map(({ member }) => member) : found;
    operator.say(
      `the ${changed.length === 1 ? 'template' : 'templates'} of ${subjects(changed)} ${changed.length === 1 ? 'changes' : 'change'}:`,
    );
    for (const line of change.differences) operator.say(`  ${line}`);
  }
  if (yes || (switched.length === 0 && !change)) return;
  const template = `change the ${found.length === 1 ? 'template' : 'templates'} and replace the pods zone by zone`;
  const question = !change
    ? `${strategySentence(switched)}?`
    : switched.length > 0
      ? `${strategySentence(switched)}, ${template}?`
      : `${capitalized(template)}?`;
  const commands = switched.map((set) => patchCommand(set, { type: ON_DELETE }));
  const wayOut =
    commands.length > 0 && !change
      ? `pass --yes, or set it yourself: ${commands.join(' && ')}`
      : 'pass --yes';
  if (await operator.confirm(question, wayOut)) return;
  throw new UserError(
    switched.length > 0 && !change
      ? `${subjects(switched)} ${switched.length === 1 ? 'is' : 'are'} not ${ON_DELETE}; nothing was changed`
      : `${subjects(found)} ${found.length === 1 ? 'was' : 'were'} not changed; nothing was changed`,
    wayOut,
  );
}

function strategySentence(sets: readonly StatefulSet[]): string {
  const types = [...new Set(sets.map(({ spec }) => spec.updateStrategy.type))].join(' or ');
  const controllers =
    sets.length === 1
      ? 'the controller replaces pods by itself'
      : 'the controllers replace pods by themselves, of all zones at the same time';
  const partitions = sets.flatMap(({ metadata, spec }) => {
    const partition = describePartition(partitionOf(spec.updateStrategy));
    if (partition === undefined) return [];
    return sets.length === 1 ? partition : `${metadata.name}: ${partition}`;
  });
  const has = sets.length === 1 ? 'has' : 'have';
  return `${subjects(sets)} ${has} update strategy ${types}, under which ${[`${controllers}, without regard to zones`, ...partitions].join('; ')}. Set it to ${ON_DELETE}`;
}

function subjects(sets: readonly { metadata: { name: string } }[]): string {
  return listNames(sets.map(({ metadata }) => `statefulset/${metadata.name}`));
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
