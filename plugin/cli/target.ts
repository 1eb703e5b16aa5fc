import type { MemberKind } from '../../shared/rollout/decide/workload-id.ts';
import { UsageError } from './errors.ts';

/** The positional of a workload, for yargs. */
export const TARGET_POSITIONAL = {
  type: 'string',
  array: true,
  describe: 'Workload as TYPE/NAME or TYPE NAME, such as sts/ingester or deploy/ingester',
} as const;

/** The error for a command line without a workload. */
export const NAME_A_WORKLOAD = 'name a workload, for example sts/ingester';

/** A workload as named on the command line. */
export interface Target {
  kind: MemberKind;
  name: string;
}

const KIND_NAMES: ReadonlyMap<string, MemberKind> = new Map([
  ['sts', 'statefulset'],
  ['statefulset', 'statefulset'],
  ['statefulsets', 'statefulset'],
  ['statefulset.apps', 'statefulset'],
  ['statefulsets.apps', 'statefulset'],
  ['statefulsets.v1.apps', 'statefulset'],
  ['deploy', 'deployment'],
  ['deployment', 'deployment'],
  ['deployments', 'deployment'],
  ['deployment.apps', 'deployment'],
  ['deployments.apps', 'deployment'],
  ['deployments.v1.apps', 'deployment'],
]);

/**
 * Reads `TYPE/NAME` or `TYPE NAME`, as kubectl does.
 *
 * @throws UsageError for anything else, and for kinds that cannot be rolled out
 */
export function parseTarget(words: readonly string[]): Target {
  const [first = '', second, ...rest] = words;
  const [type = '', name = '', ...more] = second === undefined ? first.split('/') : [first, second];
  if (first.includes('/') && second !== undefined) {
    throw new UsageError(
      `only one workload can be named, not ${words.length}: ${words.join(' ')}`,
      'name one, for example sts/ingester',
    );
  }
  if (first === '') throw new UsageError(NAME_A_WORKLOAD);
  if (words.length === 1 && !first.includes('/')) {
    const known = KIND_NAMES.has(first.toLowerCase());
    throw new UsageError(
      known
        ? `"${first}" needs a name: ${first}/NAME`
        : `"${first}" needs a type: sts/${first} or deploy/${first}`,
    );
  }
  if (rest.length > 0 || more.length > 0 || type === '' || name === '') {
    throw new UsageError(
      `"${words.join(' ')}" is not a workload`,
      'use TYPE/NAME or TYPE NAME, for example sts/ingester',
    );
  }
  const kind = KIND_NAMES.get(type.toLowerCase());
  if (!kind) {
    throw new UsageError(
      `"${type}" cannot be rolled out zone by zone: only StatefulSets and Deployments can`,
      `use sts/${name} or deploy/${name}`,
    );
  }
  return { kind, name };
}
