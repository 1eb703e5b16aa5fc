import type { MemberKind } from '../../shared/rollout/decide/workload-id.ts';
import { UsageError } from '../cli/errors.ts';
import { parsePod } from '../cli/pod.ts';
import { parseTarget, type Target } from '../cli/target.ts';
import { type Decision, fixedChoices, lookUp, noCompletion, withoutDescription } from './question.ts';

/** The spellings of types, shortest first: longer ones are offered once typed in part. */
const WORKLOAD_TYPES = [
  ['sts', 'deploy', 'group'],
  ['statefulset', 'deployment'],
  ['statefulsets', 'deployments'],
  ['statefulset.apps', 'deployment.apps'],
  ['statefulsets.apps', 'deployments.apps'],
];

/**
 * `TYPE/NAME` and `TYPE NAME`.
 *
 * @param before the positionals already given
 * @param many whether several workloads may be named
 */
export function workloadWord(word: string, before: readonly string[], many: boolean): Decision {
  const [type, ...names] = before;
  // Only one group can be named.
  const isOffered = (each: string) => !many || each !== 'group';
  if (type !== undefined && !type.includes('/')) {
    const kind = workloadKind(type);
    if (kind === undefined || !isOffered(kind) || (names.length > 0 && !many)) return noCompletion(word);
    return lookUp(word, { kind: 'workloads', of: kind }, { without: names });
  }
  if (type !== undefined && !many) return noCompletion(word);
  const slash = word.indexOf('/');
  if (slash < 0) {
    const types = typesFor(word).filter(isOffered);
    return fixedChoices(word, withoutDescription(types.map((each) => `${each}/`)));
  }
  const kind = workloadKind(word.slice(0, slash));
  if (kind === undefined || !isOffered(kind)) return noCompletion(word);
  const without = before.flatMap((each) => {
    const target = workloadIn([each]);
    return target && 'name' in target && target.kind === kind ? [target.name] : [];
  });
  return lookUp(word, { kind: 'workloads', of: kind }, { before: word.slice(0, slash + 1), without });
}

/** The workload named by the positionals, if any. */
export function workloadIn(words: readonly string[]): Target | undefined {
  try {
    return parseTarget(words);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function workloadKind(type: string): MemberKind | 'group' | undefined {
  const target = workloadIn([type, 'any']);
  return target && 'name' in target ? target.kind : undefined;
}

function typesFor(word: string): readonly string[] {
  for (const types of WORKLOAD_TYPES) {
    const found = types.filter((each) => each.startsWith(word));
    if (found.length > 0) return found;
  }
  return [];
}

/** Nodes as `NAME` or `node/NAME`, each once. */
export function nodeWord(word: string, before: readonly string[]): Decision {
  const prefix = prefixOf(word, ['node', 'nodes', 'no']);
  return lookUp(word, { kind: 'nodes' }, { before: prefix, without: before.map(nameIn) });
}

/** One budget, as `NAME` or `zdb/NAME`. */
export function budgetWord(word: string, before: readonly string[]): Decision {
  if (before.length > 0) return noCompletion(word);
  return lookUp(word, { kind: 'budgets' }, { before: prefixOf(word, ['zdb']) });
}

/** One pod, as `NAME`, `pod/NAME` or `pod NAME`. */
export function podWord(word: string, before: readonly string[]): Decision {
  if (before.length > 1 || (before[0] !== undefined && !isPodType(before[0]))) return noCompletion(word);
  return lookUp(
    word,
    { kind: 'pods' },
    { before: before.length > 0 ? '' : prefixOf(word, ['pod', 'pods', 'po']) },
  );
}

function isPodType(word: string): boolean {
  if (word.includes('/')) return false;
  try {
    return parsePod([word, 'any']) === 'any';
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** `node/` of `node/a`, if the type is one of these. */
function prefixOf(word: string, types: readonly string[]): string {
  const slash = word.indexOf('/');
  return slash >= 0 && types.includes(word.slice(0, slash).toLowerCase()) ? word.slice(0, slash + 1) : '';
}

function nameIn(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}
