import type { Options } from 'yargs';
import type { ContainerImage, TemplateChange } from '../../shared/rollout/drive/template.ts';
import { type Arguments, read } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';

/** The flags that change the template before the rollout, as data for a command. */
export const CHANGE_OPTIONS: Readonly<Record<string, Options>> = {
  image: {
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      'First set the image of a container: CONTAINER=IMAGE, or *=IMAGE for all; comma-separated or repeated',
  },
  restart: { type: 'boolean', describe: 'First change the template so that all pods are replaced' },
  undo: { type: 'boolean', describe: 'First roll back to the revision before the newest' },
  'to-revision': {
    type: 'string',
    describe: 'With --undo: the revision to roll back to; see kubectl zone rollout history',
  },
};

/** The change that the flags ask for, or every problem with them, each of which names its flag. */
export function changeFrom(
  args: Arguments,
): { change: TemplateChange | undefined } | { problems: readonly string[] } {
  const problems: string[] = [];
  const images = imagesFrom(args, problems);
  const restart = read.flag(args, 'restart');
  const undo = read.flag(args, 'undo');
  const toRevision = attempted(problems, () => revisionNumber(args, 'to-revision')) || undefined;
  if (undo && images.length > 0) problems.push('--image: cannot be combined with --undo');
  if (undo && restart) problems.push('--restart: cannot be combined with --undo');
  if (!undo && read.text(args, 'to-revision') !== undefined) problems.push('--to-revision: requires --undo');
  if (problems.length > 0) return { problems };
  if (undo) return { change: { kind: 'undo', toRevision } };
  return { change: restart || images.length > 0 ? { kind: 'edit', images, restart } : undefined };
}

/**
 * The words of a command line without those that change the template: the command that continues a rollout after its
 * change has been made. Repeated with them, it would restart every pod again, or undo the undo.
 */
export function withoutChange(words: readonly string[]): string[] {
  return words.filter((word, index) => {
    const previous = words[index - 1] ?? '';
    return !isChangeFlag(word) && !(isChangeFlag(previous) && takesNextWord(previous));
  });
}

/** The words of `rollout undo TYPE/NAME` as those of `rollout TYPE/NAME`. */
export function withoutVerb(words: readonly string[], verb: string): string[] {
  const isVerb = (word: string, index: number) => word === verb && !/^-[^=]*$/.test(words[index - 1] ?? '');
  const found = words.findIndex(isVerb);
  // After a flag without a value the verb looks like its value.
  const at = found < 0 ? words.indexOf(verb) : found;
  return words.filter((_, index) => index !== at);
}

function isChangeFlag(word: string): boolean {
  const [, name = ''] = /^--(?:no-)?([\w-]+)/.exec(word) ?? [];
  return Object.hasOwn(CHANGE_OPTIONS, name.replace('toRevision', 'to-revision'));
}

function takesNextWord(flag: string): boolean {
  return !flag.includes('=') && !/^--(no-)?(restart|undo)$/.test(flag);
}

function imagesFrom(args: Arguments, problems: string[]): ContainerImage[] {
  // Image names have no commas, and kubectl's lists are comma-separated.
  const pairs = read.list(args, 'image').flatMap((text) => text.split(','));
  const images = pairs.flatMap((text) => {
    const [, container = '', image = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (container.trim() === '' || image.trim() === '') {
      problems.push(`--image: "${text}" is not CONTAINER=IMAGE, for example app=registry/app:v2`);
      return [];
    }
    return { container, image };
  });
  const names = images.map(({ container }) => container);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`--image: container ${twice} is given twice`);
  else if (names.includes('*') && names.length > 1) problems.push('--image: * already covers all containers');
  return images;
}

/**
 * A revision's number; 0 has a meaning of its own, as with kubectl: with undo the revision before the newest.
 *
 * @throws UsageError that names the flag
 */
export function revisionNumber(args: Arguments, name: string): number | undefined {
  const text = read.text(args, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--${name}: "${text}" is not a revision number`);
}

function attempted<T>(problems: string[], get: () => T): T | undefined {
  try {
    return get();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    problems.push(error.message);
    return undefined;
  }
}
