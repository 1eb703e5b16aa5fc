import type { Command } from '../cli/command.ts';
import { takesValue, verbOf } from '../cli/command-names.ts';
import { CONNECTION_OPTIONS } from '../cli/connection.ts';
import { longName, type OptionTable, optionsOf, ROOT_OPTIONS } from './options.ts';

/** The position of the cursor on a command line, and what comes before it. */
export interface Place {
  /** The innermost command; undefined if none has been typed yet. */
  command: Command | undefined;
  /** The commands so far: `budget`, `explain`. */
  verbs: readonly string[];
  /** Values of the flags before the cursor, by long name; `true` for a boolean flag. */
  given: ReadonlyMap<string, readonly string[]>;
  positionals: readonly string[];
  cursor: Cursor;
}

/** What is being typed. */
export type Cursor =
  /** The value of a flag, without the leading `--flag=`. */
  | { kind: 'value'; option: string; text: string }
  /** A flag's name, with its dashes. */
  | { kind: 'flag'; text: string }
  /** A command or a positional; `literal` after `--`, where no word is a command. */
  | { kind: 'word'; text: string; literal: boolean }
  /** The value of an unknown flag. */
  | { kind: 'unknown' };

/**
 * Parses a command line up to the cursor, as far as possible: unknown words are skipped. It follows yargs in what is the
 * value of a flag.
 *
 * @param words the words after `kubectl zone`; the last one is being typed and may be empty
 */
export function findPlace(words: readonly string[], commands: readonly Command[]): Place {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  const verbs: string[] = [];
  let command: Command | undefined;
  let literal = false;
  /** The flag whose value may follow. */
  let open: string | undefined;
  const optionsHere = () => (command ? optionsOf(command) : { ...ROOT_OPTIONS, ...CONNECTION_OPTIONS });
  const give = (name: string, value: string) => given.set(name, [...(given.get(name) ?? []), value]);

  for (const word of words.slice(0, -1)) {
    const options = optionsHere();
    const value = open !== undefined && isValue(word, options[open]);
    if (value && open !== undefined) give(open, word);
    if (open !== undefined && !value) give(open, takesValue(options[open]) ? '' : 'true');
    open = undefined;
    if (value) continue;
    if (literal || !isFlag(word)) {
      const next = literal || positionals.length > 0 ? undefined : commandNamed(word, command, commands);
      if (next) {
        command = next;
        verbs.push(word);
      } else if (command) positionals.push(word);
      else return { command, verbs, given, positionals, cursor: { kind: 'unknown' } };
    } else if (word === '--') {
      literal = true;
    } else {
      const flag = readFlag(word, options);
      if (flag.name !== undefined && flag.value !== undefined) give(flag.name, flag.value);
      else open = flag.name;
    }
  }
  const cursor = cursorAt(words.at(-1) ?? '', { open, literal, options: optionsHere() });
  if (open !== undefined && cursor.kind !== 'value') give(open, 'true');
  return { command, verbs, given, positionals, cursor };
}

function cursorAt(
  text: string,
  { open, literal, options }: { open: string | undefined; literal: boolean; options: OptionTable },
): Cursor {
  if (open !== undefined && takesValue(options[open]) && isValue(text, options[open])) {
    return { kind: 'value', option: open, text };
  }
  if (literal || (!isFlag(text) && text !== '-')) return { kind: 'word', text, literal };
  const { name, value } = readFlag(text, options);
  if (value === undefined) return { kind: 'flag', text };
  return name !== undefined && takesValue(options[name])
    ? { kind: 'value', option: name, text: value }
    : { kind: 'unknown' };
}

/** A single dash is a word, usually for stdin. */
function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** Whether yargs treats the word after a flag as its value: a negative number is one, another flag is not. */
function isValue(word: string, option: OptionTable[string] | undefined): boolean {
  if (!takesValue(option)) return word === 'true' || word === 'false';
  return !isFlag(word) || /^-\d/.test(word);
}

function commandNamed(
  word: string,
  above: Command | undefined,
  commands: readonly Command[],
): Command | undefined {
  return (above ? (above.subcommands ?? []) : commands).find((each) => verbOf(each) === word);
}

/** The flag in a word, and its value in the same word. In `-wA` only the last letter can have a value. */
function readFlag(
  word: string,
  options: OptionTable,
): { name: string | undefined; value: string | undefined } {
  const [, dashes = '', typed = '', value] = /^(--?)([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const name = dashes === '--' ? typed : typed.slice(-1);
  return { name: longName(name, options), value };
}
