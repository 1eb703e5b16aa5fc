import { UsageError } from '../errors.ts';

/** The positional that names it, as yargs has it. */
export const TARGET_POSITIONAL = {
  type: 'string',
  array: true,
  describe: 'Workload as TYPE/NAME or TYPE NAME, such as sts/ingester',
} as const;

/** A workload as the command line names it. */
export interface Target {
  kind: 'statefulset';
  name: string;
}

const STATEFULSET_WORDS = new Set([
  'sts',
  'statefulset',
  'statefulsets',
  'statefulset.apps',
  'statefulsets.apps',
  'statefulsets.v1.apps',
]);

/**
 * Reads `TYPE/NAME` or `TYPE NAME`, as kubectl does.
 *
 * @throws UsageError for anything else, and for kinds that cannot be rolled out
 */
export function parseTarget(words: readonly string[]): Target {
  const [first = '', second, ...rest] = words;
  const [kind = '', name = '', ...more] = second === undefined ? first.split('/') : [first, second];
  if (first.includes('/') && second !== undefined) {
    throw new UsageError(
      `one workload at a time, but ${words.length} were named: ${words.join(' ')}`,
      'name one, such as sts/ingester',
    );
  }
  if (rest.length > 0 || more.length > 0 || kind === '' || name === '') {
    throw new UsageError(
      `"${words.join(' ')}" does not name a workload`,
      'write TYPE/NAME or TYPE NAME, such as sts/ingester',
    );
  }
  if (!STATEFULSET_WORDS.has(kind.toLowerCase())) {
    throw new UsageError(
      `"${kind}" cannot be rolled out zone by zone: only StatefulSets can`,
      `for a StatefulSet, write sts/${name}`,
    );
  }
  return { kind: 'statefulset', name };
}
