/** What a check says. As JSON it is a stable interface. */

/** `skipped`: could not be checked, which is never the same as passed. */
export type Severity = 'error' | 'warning' | 'info' | 'skipped';

/** What a rule is about, the same for every finding of it. */
export interface RuleText {
  /** Stable, in kebab-case. */
  id: string;
  /** Of its findings; a finding may be milder where less is at stake. */
  severity: Exclude<Severity, 'skipped'>;
  title: string;
  /** What goes wrong without it, for the documentation. */
  why: string;
  /** Address of the documentation that it rests on. */
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
  /** What happens to clients or data. */
  consequence: string;
  /** What would mend it, as a sentence. */
  fix: string;
  /** Changes that mend it; empty where only the operator can decide how. */
  patches: readonly ObjectPatch[];
  source: string;
}

/** One field of one object. */
export interface Evidence {
  /** `Ingress/web`. */
  object: string;
  /** Path of the field, such as `spec.replicas`. */
  field: string;
  /** What it holds; null where it is not set. */
  value: string | number | boolean | null;
}

/** A change of one object, in the form in which `kubectl patch` takes it. */
export interface ObjectPatch {
  apiVersion: string;
  kind: string;
  /** Undefined for cluster-scoped objects. */
  namespace: string | undefined;
  name: string;
  /** `strategic` merges lists by their keys, which custom resources cannot have: those take `merge`. */
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
