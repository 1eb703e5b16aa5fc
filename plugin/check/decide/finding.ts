/** The result of a check. As JSON it is a stable interface. */

/** `skipped`: could not be checked; this does not mean that it passed. */
export type Severity = 'error' | 'warning' | 'info' | 'skipped';

/** The description of a rule, the same for all of its findings. */
export interface RuleText {
  /** Stable, in kebab-case. */
  id: string;
  /** Of its findings; a single finding may have a lower one if the impact is lower. */
  severity: Exclude<Severity, 'skipped'>;
  title: string;
  /** The reason for the rule, for the documentation. */
  why: string;
  /** URL of the documentation that it is based on. */
  source: string;
}

export interface WorkloadName {
  kind: 'StatefulSet' | 'Deployment';
  namespace: string;
  name: string;
}

export interface Finding {
  id: string;
  severity: Severity;
  workload: WorkloadName;
  evidence: readonly Evidence[];
  /** The effect on clients or data. */
  consequence: string;
  /** The fix, as a sentence. */
  fix: string;
  /** Changes that fix it; empty if only the operator can decide how. */
  patches: readonly ObjectPatch[];
  source: string;
}

/** One field of one object. */
export interface Evidence {
  /** `Ingress/web`. */
  object: string;
  /** Path of the field, such as `spec.replicas`. */
  field: string;
  /** Its value; null if it is not set. */
  value: string | number | boolean | null;
}

/** A change of one object, in the format of `kubectl patch`. */
export interface ObjectPatch {
  apiVersion: string;
  kind: string;
  /** Undefined for cluster-scoped objects. */
  namespace: string | undefined;
  name: string;
  /** `strategic` merges lists by their keys, which custom resources do not support: they use `merge`. */
  type: 'merge' | 'strategic';
  body: PatchBody;
}

/** JSON; null removes a field. */
export interface PatchBody {
  readonly [field: string]: PatchValue;
}
export type PatchValue = string | number | boolean | null | PatchBody | readonly PatchValue[];

/** A field as evidence. */
export function seen(
  object: { kind: string; name: string },
  field: string,
  value: Evidence['value'] | undefined,
): Evidence {
  return { object: `${object.kind}/${object.name}`, field, value: value ?? null };
}

/** The path of an annotation or a label. */
export function keyed(map: 'annotations' | 'labels', key: string): string {
  return `metadata.${map}["${key}"]`;
}
