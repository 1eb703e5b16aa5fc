import type { Command } from '../cli/command.ts';
import { verbOf } from '../cli/command-names.ts';
import { choicesOf, optionsOf, positionalsOf, ROOT_OPTIONS } from './options.ts';
import type { Place } from './place.ts';
import { budgetWord, nodeWord, podWord, workloadWord } from './positionals.ts';
import { type Candidate, type Decision, fixedChoices, noCompletion, withoutDescription } from './question.ts';
import { firstWords, flagNames, flagValue, missingFlags } from './values.ts';

/**
 * The possible completions of a command line. It only decides: names from the cluster are returned as a question.
 *
 * @param commands all commands of `kubectl zone`
 */
export function decideCompletion(place: Place, commands: readonly Command[]): Decision {
  const { command, cursor, given } = place;
  if (cursor.kind === 'unknown') return noCompletion('');
  if (given.has('help')) return noCompletion(cursor.text);
  if (cursor.kind === 'value') return flagValue(cursor.option, cursor.text, place);
  if (cursor.kind === 'flag')
    return flagNames(cursor.text, place, command ? optionsOf(command) : ROOT_OPTIONS);
  if (!command) return fixedChoices(cursor.text, verbs(commands));
  return verbOf(command) === 'help'
    ? fixedChoices(cursor.text, verbs(below(place.positionals, commands)))
    : positionalWord(cursor.text, command, place, cursor.literal);
}

function positionalWord(word: string, command: Command, place: Place, literal: boolean): Decision {
  const { positionals } = place;
  const positional = positionalValue(word, command, place);
  const subcommands = positionals.length === 0 && !literal ? verbs(command.subcommands ?? []) : [];
  const decision = { ...positional, fixed: [...subcommands, ...positional.fixed] };
  const empty = decision.fixed.length === 0 && !decision.asked && !decision.files;
  return empty && word === '' && !literal ? missingFlags(place) : decision;
}

function positionalValue(word: string, command: Command, { verbs: path, positionals }: Place): Decision {
  const names = positionalsOf(command);
  const next = names[positionals.length] ?? names.findLast(({ variadic }) => variadic);
  if (!next) return noCompletion(word);
  const choices = choicesOf(command, next.name);
  if (choices) return fixedChoices(word, withoutDescription(choices));
  switch ([...path, next.name].join(' ')) {
    case 'check target':
      return workloadWord(word, positionals, true);
    case 'budget name':
      return budgetWord(word, positionals);
    case 'budget explain pod':
      return podWord(word, positionals);
    case 'drain node':
      return nodeWord(word, positionals);
    default:
      return next.name === 'target' ? workloadWord(word, positionals, false) : noCompletion(word);
  }
}

/** The commands below those that `kubectl zone help` names. */
function below(words: readonly string[], commands: readonly Command[]): readonly Command[] {
  return words.reduce(
    (above, word) => above.find((each) => verbOf(each) === word)?.subcommands ?? [],
    commands,
  );
}

function verbs(commands: readonly Command[]): Candidate[] {
  return commands.map((command) => ({ name: verbOf(command), about: firstWords(command.summary) }));
}
