import type { ObjectMeta } from '../../kube/objects.ts';

/** The kinds of objects whose pods are rolled out. */
export type MemberKind = 'statefulset' | 'deployment';
/** A `group` is several StatefulSets that make one service. */
export type WorkloadKind = MemberKind | 'group';

/** The name of what is rolled out as a whole: for messages, for commands, and for the Lease of its rollouts. */
export interface WorkloadId {
  kind: WorkloadKind;
  namespace: string;
  name: string;
  /** Name of the Lease, in the same namespace. */
  lease: string;
  /** In sentences: `statefulset/ingester`. */
  subject: string;
  /** On the command line, without the namespace: `sts/ingester`. */
  target: string;
}

/** Types as they are written on the command line. */
const SHORT: Readonly<Record<MemberKind, string>> = { statefulset: 'sts', deployment: 'deploy' };

/** The name of the Lease of one object's rollouts. */
export function leaseName(kind: string, name: string): string {
  return `zone-rollout-${kind}-${name}`;
}

/** The identity of a workload that is one object. */
export function idOf(
  kind: MemberKind,
  { namespace, name }: Pick<ObjectMeta, 'namespace' | 'name'>,
): WorkloadId {
  return {
    ...{ kind, namespace, name },
    lease: leaseName(kind, name),
    subject: `${kind}/${name}`,
    target: `${SHORT[kind]}/${name}`,
  };
}

/** As in commands for the operator: `sts/ingester -n prod`. */
export function commandName({ target, namespace }: Pick<WorkloadId, 'target' | 'namespace'>): string {
  return `${target} -n ${namespace}`;
}

/** What events and JSON documents tell of a workload. */
export interface WorkloadName {
  kind: string;
  namespace: string;
  name: string;
}

export function nameOf({ kind, namespace, name }: WorkloadId): WorkloadName {
  return { kind, namespace, name };
}
