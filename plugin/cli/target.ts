import type { Options } from 'yargs';
import { parseSelector } from '../../shared/kube/selector-text.ts';
import type { MemberKind } from '../../shared/rollout/decide/workload-id.ts';
import type { WorkloadTarget } from '../../shared/rollout/drive/fetch-workload.ts';
import { type Arguments, read } from './command.ts';
import { UsageError } from './errors.ts';

/** The positional of a workload, for yargs. */
export const TARGET_POSITIONAL = {
  type: 'string',
  array: true,
  describe: 'Workload as TYPE/NAME or TYPE NAME, such as sts/ingester, deploy/ingester or group/ingester',
} as const;

/** The error for a command line without a workload. */
export const NAME_A_WORKLOAD = 'name a workload, for example sts/ingester';

/** A workload as named on the command line. */
export type Target = WorkloadTarget;

/** The flag that selects StatefulSets. */
export const SELECTOR_OPTION: Readonly<Record<string, Options>> = {
  selector: {
    alias: 'l',
    type: 'string',
    describe:
      'Label selector: several StatefulSets as one workload, or one of several groups of the same name',
  },
};

/**
 * The workload of a command line with its selector.
 *
 * @throws UsageError as `parseTarget`
 */
export function targetFrom(args: Arguments): Target {
  return parseTarget(read.list(args, 'target'), read.text(args, 'selector'));
}

/** StatefulSets with the label `rollout-group`. */
const GROUP_NAMES: ReadonlySet<string> = new Set(['group', 'groups']);

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
 * Reads `TYPE/NAME` or `TYPE NAME`, or with a selector only `TYPE`, as kubectl does.
 *
 * @throws UsageError for anything else, and for kinds that cannot be rolled out
 */
export function parseTarget(words: readonly string[], selector?: string): Target {
  const [first = '', second, ...rest] = words;
  if (selector !== undefined) {
    const problem = parseSelector(selector);
    if (typeof problem === 'string' || selector.trim() === '') {
      throw new UsageError(`-l: ${typeof problem === 'string' ? problem : 'the selector is empty'}`);
    }
    if (words.length === 1 && KIND_NAMES.get(first.toLowerCase()) === 'statefulset') {
      return { kind: 'selected', selector };
    }
    const named = words.length === 0 ? undefined : parseTarget(words);
    if (named?.kind === 'group') return { ...named, selector };
    throw new UsageError(
      '-l: selects StatefulSets, or one of several groups of the same name',
      'use sts -l SELECTOR, or group/NAME -l SELECTOR',
    );
  }
  const [type = '', name = '', ...more] = second === undefined ? first.split('/') : [first, second];
  if (first.includes('/') && second !== undefined) {
    throw new UsageError(
      `only one workload can be named, not ${words.length}: ${words.join(' ')}`,
      'name one, for example sts/ingester',
    );
  }
  if (first === '') throw new UsageError(NAME_A_WORKLOAD);
  if (words.length === 1 && !first.includes('/')) {
    const known = KIND_NAMES.has(first.toLowerCase()) || GROUP_NAMES.has(first.toLowerCase());
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
  if (GROUP_NAMES.has(type.toLowerCase())) return { kind: 'group', name };
  const kind = KIND_NAMES.get(type.toLowerCase());
  if (!kind) {
    throw new UsageError(
      `"${type}" cannot be rolled out zone by zone: only StatefulSets and Deployments can`,
      `use sts/${name} or deploy/${name}`,
    );
  }
  return { kind, name };
}
