import type { WorkloadKind } from '../../shared/rollout/decide/workload.ts';
import { UsageError } from './errors.ts';

/** The positional that names it, as yargs has it. */
export const TARGET_POSITIONAL = {
  type: 'string',
  array: true,
  describe: 'Workload as TYPE/NAME or TYPE NAME, such as sts/ingester or deploy/ingester',
} as const;

/** A workload as the command line names it. */
export interface Target {
  kind: WorkloadKind;
  name: string;
}

const KIND_WORDS: ReadonlyMap<string, WorkloadKind> = new Map([
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
      `one workload at a time, but ${words.length} were named: ${words.join(' ')}`,
      'name one, such as sts/ingester',
    );
  }
  if (rest.length > 0 || more.length > 0 || type === '' || name === '') {
    throw new UsageError(
      `"${words.join(' ')}" does not name a workload`,
      'write TYPE/NAME or TYPE NAME, such as sts/ingester',
    );
  }
  const kind = KIND_WORDS.get(type.toLowerCase());
  if (!kind) {
    throw new UsageError(
      `"${type}" cannot be rolled out zone by zone: only StatefulSets and Deployments can`,
      `write sts/${name} or deploy/${name}`,
    );
  }
  return { kind, name };
}
