import { aliasesOf, choicesOf, type optionsOf } from './options.ts';
import type { Place } from './place.ts';
import { workloadIn, workloadWord } from './positionals.ts';
import {
  type Decision,
  fixedChoices,
  lookUp,
  noCompletion,
  type Question,
  withoutDescription,
} from './question.ts';

/** How the value of a flag is completed. */
type Complete = (text: string, place: Place, option: string) => Decision;

/** Flags of the same name have the same meaning in every command. Those that are not listed take free text. */
const VALUES: Readonly<Record<string, Complete>> = {
  namespace: named({ kind: 'namespaces' }),
  context: named({ kind: 'kubeconfig', of: 'contexts' }),
  cluster: named({ kind: 'kubeconfig', of: 'clusters' }),
  user: named({ kind: 'kubeconfig', of: 'users' }),
  zone: zoneList,
  'zone-order': zoneList,
  for: (text) => workloadWord(text, [], false),
  image: imageValue,
  'topology-key': named({ kind: 'node-labels' }),
  'to-revision': revisionValue,
  ring: (text) => serviceValue(text, '/'),
  'prometheus-url': (text) => serviceValue(text, ''),
  kubeconfig: fileName,
  filename: fileName,
  'certificate-authority': fileName,
  'client-certificate': fileName,
  'client-key': fileName,
};

/** The completions of a flag's value. */
export function flagValue(option: string, text: string, place: Place): Decision {
  const { command } = place;
  const choices = command && choicesOf(command, option);
  if (choices) return fixedChoices(text, withoutDescription(choices));
  const complete = Object.hasOwn(VALUES, option) ? VALUES[option] : undefined;
  return complete ? complete(text, place, option) : noCompletion(text);
}

function named(question: Question): Complete {
  return (text) => lookUp(text, question);
}

function fileName(text: string): Decision {
  return { ...noCompletion(text), files: true };
}

/** `a,b,c`: the last one is completed, and none is offered twice, even if the flag is repeated. */
function zoneList(text: string, { given }: Place, option: string): Decision {
  const comma = text.lastIndexOf(',') + 1;
  const earlier = [...(given.get(option) ?? []), text.slice(0, comma)];
  const without = earlier.flatMap((zones) => zones.split(',')).map((zone) => zone.trim());
  return lookUp(text, { kind: 'zones' }, { before: text.slice(0, comma), without });
}

/** `CONTAINER=`; the image itself cannot be completed. */
function imageValue(text: string, { given, positionals }: Place, option: string): Decision {
  const of = workloadIn(positionals);
  if (!of || text.includes('=')) return noCompletion(text);
  const without = (given.get(option) ?? []).map((image) => image.split('=', 1)[0] ?? '');
  return lookUp(text, { kind: 'containers', of }, { after: '=', without });
}

function revisionValue(text: string, { positionals }: Place): Decision {
  const of = workloadIn(positionals);
  return of ? lookUp(text, { kind: 'revisions', of }) : noCompletion(text);
}

/** `svc:NAMESPACE/NAME:PORT`, part by part. */
function serviceValue(text: string, after: string): Decision {
  const [, namespace] = /^svc:([^/]*)\/[^/]*$/.exec(text) ?? [];
  if (namespace) {
    return lookUp(text, { kind: 'services', namespace }, { before: `svc:${namespace}/`, after });
  }
  if (/^svc:[^/]*$/.test(text)) {
    return lookUp(text, { kind: 'namespaces' }, { before: 'svc:', after: '/' });
  }
  return fixedChoices(text, [{ name: 'svc:', about: 'a Service, through the API server' }]);
}

/** Names of the flags that may follow; `text` begins with a dash. */
export function flagNames(text: string, place: Place, options: ReturnType<typeof optionsOf>): Decision {
  const names = Object.entries(options).flatMap(([name, option]) => {
    if (place.given.has(name) && !option.array) return [];
    const about = firstWords(option.describe ?? '');
    const short = aliasesOf(option).filter((alias) => alias.length === 1 && text.length < 3);
    return [{ name: `--${name}`, about }, ...short.map((alias) => ({ name: `-${alias}`, about }))];
  });
  return fixedChoices(text, names);
}

/** The required flags that are missing. */
export function missingFlags(place: Place): Decision {
  const required = Object.entries(place.command?.options ?? {}).filter(
    ([name, { demandOption }]) => demandOption && !place.given.has(name),
  );
  return flagNames('', place, Object.fromEntries(required));
}

const LONGEST_ABOUT = 60;

/** The beginning of a description, up to its first punctuation, or the last word that fits. */
export function firstWords(text: string): string {
  const clause = text.split(/[:;(.]\s|[;:.]$/, 1)[0]?.trim() ?? '';
  if (clause.length <= LONGEST_ABOUT) return clause;
  return `${clause.slice(0, clause.lastIndexOf(' ', LONGEST_ABOUT - 1))}…`;
}
