import { UsageError } from '../cli/errors.ts';
import type { CheckTarget } from './request.ts';

const SPELLINGS: Readonly<Record<CheckTarget['kind'], RegExp>> = {
  StatefulSet: /^(sts|statefulsets?(\.apps)?|statefulsets\.v1\.apps)$/i,
  Deployment: /^(deploy|deployments?(\.apps)?|deployments\.v1\.apps)$/i,
};

/**
 * Parses `TYPE/NAME…` or `TYPE NAME…`, as kubectl does.
 *
 * @returns each workload once, in the order given
 * @throws UsageError for anything else, and for kinds other than StatefulSets and Deployments
 */
export function parseCheckTargets(words: readonly string[]): CheckTarget[] {
  const [type, ...names] = words;
  const pairs =
    type === undefined || type.includes('/')
      ? words.map((word) => word.split('/'))
      : names.map((name) => [type, name]);
  if (type !== undefined && pairs.length === 0) throw incomplete(type);
  const targets = pairs.map((pair) => {
    const [kind = '', name = '', ...more] = pair;
    if (kind === '' || name === '' || name.includes('/') || more.length > 0) throw malformed(pair.join('/'));
    return { kind: kindOf(kind, name), name };
  });
  return targets.filter(
    ({ kind, name }, at) => targets.findIndex((each) => each.kind === kind && each.name === name) === at,
  );
}

function kindOf(word: string, name: string): CheckTarget['kind'] {
  if (SPELLINGS.StatefulSet.test(word)) return 'StatefulSet';
  if (SPELLINGS.Deployment.test(word)) return 'Deployment';
  throw new UsageError(
    `"${word}" cannot be checked: only StatefulSets and Deployments can`,
    `use sts/${name} or deploy/${name}`,
  );
}

function incomplete(word: string): UsageError {
  const isType = Object.values(SPELLINGS).some((spelling) => spelling.test(word));
  return new UsageError(
    isType ? `"${word}" needs a name: ${word}/NAME` : `"${word}" needs a type: sts/${word} or deploy/${word}`,
  );
}

function malformed(words: string): UsageError {
  return new UsageError(
    `"${words}" is not a workload`,
    'use TYPE/NAME or TYPE NAME, for example deploy/web; without it, all of the namespace are checked',
  );
}
