import type { Command } from '../../../plugin/cli/command.ts';
import { decideCompletion } from '../../../plugin/completion/decide.ts';
import { findPlace } from '../../../plugin/completion/place.ts';
import { present } from '../../../plugin/completion/present.ts';
import type { Candidate, Decision } from '../../../plugin/completion/question.ts';
import { COMMANDS } from '../../../plugin/main.ts';

/** The decision for what was typed after `kubectl zone`; the last word is the one that is being typed. */
export function decide(...words: string[]): Decision {
  return decideCompletion(findPlace(words, COMMANDS), COMMANDS);
}

/** The names of the candidates, where the cluster knows these names. */
export function offered(words: readonly string[], found: readonly string[] = []): string[] {
  const named: Candidate[] = found.map((name) => ({ name, about: '' }));
  return present(decide(...words), named).candidates.map(({ name }) => name);
}

/** A command, and the verbs that lead to it. */
export interface CommandPath {
  verbs: readonly string[];
  command: Command;
}

/** All commands, those below others included. */
export function allCommands(commands: readonly Command[] = COMMANDS, above: string[] = []): CommandPath[] {
  return commands.flatMap((command) => {
    const verbs = [...above, command.usage.split(' ')[0] ?? ''];
    return [{ verbs, command }, ...allCommands(command.subcommands ?? [], verbs)];
  });
}
