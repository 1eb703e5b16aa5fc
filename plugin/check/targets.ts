import { UsageError } from '../cli/errors.ts';
import type { CheckTarget } from './request.ts';

const SPELLINGS: Readonly<Record<CheckTarget['kind'], RegExp>> = {
  StatefulSet: /^(sts|statefulsets?(\.apps)?|statefulsets\.v1\.apps)$/i,
  Deployment: /^(deploy|deployments?(\.apps)?|deployments\.v1\.apps)$/i,
};

/**
 * Reads `TYPE/NAME…` or `TYPE NAME…`, as kubectl does.
 *
 * @returns each workload once, in the order given; none without words
 * @throws UsageError for anything else, and for other kinds than StatefulSets and Deployments
 */
export function parseCheckTargets(words: readonly string[]): CheckTarget[] {
  const [type, ...names] = words;
  const pairs =
    type === undefined || type.includes('/')
      ? words.map((word) => word.split('/'))
      : names.map((name) => [type, name]);
  if (type !== undefined && pairs.length === 0) throw unclear(type);
  const targets = pairs.map((pair) => {
    const [kind = '', name = '', ...more] = pair;
    if (kind === '' || name === '' || name.includes('/') || more.length > 0) throw unclear(pair.join('/'));
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
    `write sts/${name} or deploy/${name}`,
  );
}

function unclear(words: string): UsageError {
  return new UsageError(
    `"${words}" does not name a workload`,
    'write TYPE/NAME or TYPE NAME, such as deploy/web, or leave it out for all of the namespace',
  );
}
