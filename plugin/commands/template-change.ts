import type { Options } from 'yargs';
import type { ContainerImage, TemplateChange } from '../../shared/rollout/drive/template.ts';
import { type Arguments, read } from '../cli/command.ts';

/** The flags that change the template before the rollout, as data for a command. */
export const CHANGE_OPTIONS: Readonly<Record<string, Options>> = {
  image: {
    type: 'string',
    array: true,
    nargs: 1,
    describe:
      'First set the image of a container: CONTAINER=IMAGE, or *=IMAGE for all; several with commas, or repeated',
  },
  restart: { type: 'boolean', describe: 'First change the template so that every pod is replaced' },
  undo: { type: 'boolean', describe: 'First go back to the revision before the newest' },
  'to-revision': {
    type: 'string',
    describe: 'With --undo: the revision to go back to; kubectl zone rollout history shows them',
  },
};

/** The change that the flags ask for, or every complaint about them, each of which names its flag. */
export function changeFrom(
  args: Arguments,
): { change: TemplateChange | undefined } | { problems: readonly string[] } {
  const problems: string[] = [];
  const images = imagesFrom(args, problems);
  const restart = read.flag(args, 'restart');
  const undo = read.flag(args, 'undo');
  const toRevision = revisionFrom(args, problems);
  if (undo && images.length > 0) problems.push('--image: means nothing with --undo');
  if (undo && restart) problems.push('--restart: means nothing with --undo');
  if (!undo && read.text(args, 'to-revision') !== undefined) problems.push('--to-revision: needs --undo');
  if (problems.length > 0) return { problems };
  if (undo) return { change: { kind: 'undo', toRevision } };
  return { change: restart || images.length > 0 ? { kind: 'edit', images, restart } : undefined };
}

/**
 * The words of a command line without those that ask for a change: what goes on with a rollout whose change has been
 * made. Repeated with them, it would restart every pod again, or undo the undoing.
 */
export function withoutChange(words: readonly string[]): string[] {
  return words.filter((word, index) => {
    const previous = words[index - 1] ?? '';
    return !isChangeFlag(word) && !(isChangeFlag(previous) && takesNextWord(previous));
  });
}

function isChangeFlag(word: string): boolean {
  const [, name = ''] = /^--(?:no-)?([\w-]+)/.exec(word) ?? [];
  return Object.hasOwn(CHANGE_OPTIONS, name.replace('toRevision', 'to-revision'));
}

function takesNextWord(flag: string): boolean {
  return !flag.includes('=') && !/^--(no-)?(restart|undo)$/.test(flag);
}

function imagesFrom(args: Arguments, problems: string[]): ContainerImage[] {
  // No image has a comma in its name, and kubectl's lists have commas.
  const pairs = read.list(args, 'image').flatMap((text) => text.split(','));
  const images = pairs.flatMap((text) => {
    const [, container = '', image = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (container.trim() === '' || image.trim() === '') {
      problems.push(`--image: "${text}" is not CONTAINER=IMAGE, such as app=registry/app:v2`);
      return [];
    }
    return { container, image };
  });
  const names = images.map(({ container }) => container);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) problems.push(`--image: container ${twice} is named twice`);
  else if (names.includes('*') && names.length > 1) problems.push('--image: * names all containers already');
  return images;
}

/** 0 is the revision before the newest, as with kubectl rollout undo. */
function revisionFrom(args: Arguments, problems: string[]): number | undefined {
  const text = read.text(args, 'to-revision');
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text) || undefined;
  problems.push(`--to-revision: "${text}" is not the number of a revision`);
  return undefined;
}
