/** A JSON object with unchecked fields. */
export type Fields = Record<string, unknown>;

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
}

/**
 * A Kubernetes object. Objects from the store are shared by all readers and must not be changed; a writer creates a new
 * one (`structuredClone` or spreads).
 */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

const serialised = new WeakMap<KubeObject, string>();

/** JSON text of a stored object, computed once per version. */
export function jsonOf(object: KubeObject): string {
  let text = serialised.get(object);
  if (text === undefined) {
    text = JSON.stringify(object);
    serialised.set(object, text);
  }
  return text;
}

/** The nested object at `path`, or an empty one if a part of the path is missing or not an object. */
export function fieldsAt(object: Fields, ...path: readonly string[]): Fields {
  let at: unknown = object;
  for (const step of path) at = isFields(at) ? at[step] : undefined;
  return isFields(at) ? at : {};
}

/** True for JSON objects, false for arrays, null and scalars. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `namespace/name`, or the name alone for cluster-scoped objects: the key within one resource. */
export function keyOf(object: KubeObject): string {
  return objectKey(object.metadata.namespace, object.metadata.name);
}

export function objectKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The owner reference with `controller: true`, if there is one. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller);
}

/** A `metav1.Time`: RFC 3339 with whole seconds. */
export function timestamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
