import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../../shared/clock.ts';
import { type Random, suffix, uuid } from '../random.ts';
import { fieldsAt, type KubeObject, timestamp } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { alreadyExists, conflict, MODIFIED, notFound, StatusError } from './errors.ts';
import { NAMESPACES, PODS, type Resource } from './resources.ts';

export interface Preconditions {
  uid?: string | undefined;
  resourceVersion?: string | undefined;
}

export interface DeleteOptions {
  gracePeriodSeconds?: number | undefined;
  preconditions?: Preconditions | undefined;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  dryRun?: boolean;
}

/** Result of a deletion: `gone`, or still present with a deletionTimestamp. */
export interface Deletion {
  object: KubeObject;
  gone: boolean;
}

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/**
 * The rules for all writers, HTTP clients and controllers: identity, versions, generations, finalizers and graceful
 * deletion. Everything is synchronous, so a change given as a function is atomic.
 */
export class Objects {
  readonly store: Store;
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(store: Store, clock: Clock, random: Random) {
    this.store = store;
    this.clock = clock;
    this.random = random;
  }

  get nowMs(): number {
    return this.clock.nowMs();
  }

  /**
   * Stores a new object.
   *
   * @throws StatusError AlreadyExists; the caller must validate
   */
  create(resource: Resource, input: KubeObject, dryRun = false): KubeObject {
    const meta = input.metadata;
    const name = meta.name || (meta.generateName ? meta.generateName + suffix(this.random) : '');
    const existing = this.store.get(resource.storage, meta.namespace, name);
    if (existing) throw alreadyExists(resource, name, existing.metadata.deletionTimestamp !== undefined);
    const { deletionTimestamp: _, deletionGracePeriodSeconds: __, generation: ___, ...kept } = meta;
    const object: KubeObject = {
      ...input,
      metadata: {
        ...kept,
        name,
        uid: uuid(this.random),
        creationTimestamp: timestamp(this.clock.nowMs()),
        ...(resource.hasGeneration ? { generation: 1 } : {}),
      },
    };
    return dryRun ? object : this.store.put(resource.storage, object);
  }

  /**
   * Replaces an object with the result of `change`; nothing is written without a difference.
   *
   * With `subresource: 'status'` only the status is updated, with `binding` everything, otherwise everything but the
   * status. A resourceVersion or uid in the new object is a precondition.
   *
   * @throws StatusError NotFound or Conflict, and whatever `change` throws
   */
  update(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    change: (current: KubeObject) => KubeObject,
    options: { subresource?: 'status' | 'binding' | undefined; dryRun?: boolean } = {},
  ): KubeObject {
    const current = this.get(resource, namespace, name);
    const wanted = change(current);
    this.checkIdentity(resource, current, wanted);
    const next =
      options.subresource === 'status'
        ? { ...current, status: wanted.status }
        : withFixedMetadata(resource, current, wanted, options.subresource === 'binding');
    if (isDeepStrictEqual(next, current)) return current;
    if (options.dryRun) return next;
    return isFinished(resource, next)
      ? this.store.remove(resource.storage, next)
      : this.store.put(resource.storage, next);
  }

  /**
   * Deletes an object, or marks it for deletion if it has a finalizer or a grace period.
   *
   * @throws StatusError NotFound, or Conflict for a failed precondition
   */
  delete(
    resource: Resource,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): Deletion {
    const current = this.get(resource, namespace, name);
    checkPreconditions(resource, current, options.preconditions);
    const marked = this.mark(resource, current, options);
    const gone = isFinished(resource, marked);
    if (options.dryRun) return { object: marked, gone };
    if (gone) return { object: this.store.remove(resource.storage, marked), gone };
    if (isDeepStrictEqual(marked, current)) return { object: current, gone };
    return { object: this.store.put(resource.storage, marked), gone };
  }

  /** @throws StatusError NotFound */
  get(resource: Resource, namespace: string | undefined, name: string): KubeObject {
    const object = this.store.get(resource.storage, namespace, name);
    if (!object) throw notFound(resource, name);
    return object;
  }

  private checkIdentity(resource: Resource, current: KubeObject, wanted: KubeObject): void {
    const { uid, resourceVersion } = wanted.metadata;
    const name = current.metadata.name;
    if (uid && uid !== current.metadata.uid)
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid}`,
      );
    if (resourceVersion && resourceVersion !== current.metadata.resourceVersion)
      throw conflict(resource, name, MODIFIED);
  }

  private mark(resource: Resource, current: KubeObject, options: DeleteOptions): KubeObject {
    const nowMs = this.clock.nowMs();
    const meta = current.metadata;
    const grace = graceSeconds(resource, current, options.gracePeriodSeconds);
    const finalizers = withPropagation(meta.finalizers ?? [], options.propagationPolicy);
    const shortened =
      meta.deletionGracePeriodSeconds === undefined || grace < meta.deletionGracePeriodSeconds;
    const metadata = { ...meta };
    if (finalizers.length > 0) metadata.finalizers = finalizers;
    if (shortened) {
      metadata.deletionGracePeriodSeconds = grace;
      metadata.deletionTimestamp = timestamp((deletionAskedMs(meta) ?? nowMs) + grace * 1000);
    }
    if (resource.hasGeneration && meta.deletionTimestamp === undefined)
      metadata.generation = (meta.generation ?? 0) + 1;
    if (resource.storage !== NAMESPACES) return { ...current, metadata };
    return { ...current, metadata, status: { ...fieldsAt(current, 'status'), phase: 'Terminating' } };
  }
}

function withFixedMetadata(
  resource: Resource,
  current: KubeObject,
  wanted: KubeObject,
  takesStatus: boolean,
): KubeObject {
  const fixed = current.metadata;
  const metadata = { ...wanted.metadata };
  const copy = <K extends keyof typeof metadata>(field: K) => {
    if (fixed[field] === undefined) delete metadata[field];
    else metadata[field] = fixed[field];
  };
  copy('name');
  copy('namespace');
  copy('generateName');
  copy('uid');
  copy('resourceVersion');
  copy('creationTimestamp');
  copy('deletionTimestamp');
  copy('deletionGracePeriodSeconds');
  copy('generation');
  const next: KubeObject = { ...wanted, metadata };
  if (resource.subresources.includes('status') && !takesStatus) {
    if (current.status === undefined) delete next.status;
    else next.status = current.status;
  }
  if (resource.hasGeneration && !sameDesire(current, next)) metadata.generation = (fixed.generation ?? 0) + 1;
  return next;
}

/** When deletion was first requested: a shorter grace period also counts from then. */
function deletionAskedMs({ deletionTimestamp, deletionGracePeriodSeconds }: KubeObject['metadata']) {
  return deletionTimestamp === undefined
    ? undefined
    : Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds ?? 0) * 1000;
}

/** Whether two versions differ only in metadata and status. */
function sameDesire(a: KubeObject, b: KubeObject): boolean {
  const { metadata: _, status: __, ...wantedByA } = a;
  const { metadata: ___, status: ____, ...wantedByB } = b;
  return isDeepStrictEqual(wantedByA, wantedByB);
}

/** Marked for deletion, with nothing left to wait for. */
function isFinished(resource: Resource, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds !== 0) return false;
  if (finalizers && finalizers.length > 0) return false;
  const heldBySpec = resource.storage === NAMESPACES && fieldsAt(object, 'spec').finalizers;
  return !(Array.isArray(heldBySpec) && heldBySpec.length > 0);
}

/** Only pods are deleted gracefully, and only while they may be running (registry/core/pod/strategy.go). */
function graceSeconds(resource: Resource, object: KubeObject, asked: number | undefined): number {
  if (resource.storage !== PODS) return 0;
  const spec = fieldsAt(object, 'spec');
  const phase = fieldsAt(object, 'status').phase;
  if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
  const own = spec.terminationGracePeriodSeconds;
  return asked ?? (typeof own === 'number' ? own : 30);
}

function withPropagation(
  finalizers: readonly string[],
  policy: DeleteOptions['propagationPolicy'],
): string[] {
  if (policy === undefined) return [...finalizers];
  const others = finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  if (policy === 'Orphan') return [...others, ORPHAN];
  if (policy === 'Foreground') return [...others, FOREGROUND];
  return others;
}

/** @throws StatusError Conflict with the message of the API server's BeforeDelete */
export function checkPreconditions(
  resource: Resource,
  object: KubeObject,
  preconditions: Preconditions | undefined,
): void {
  const { uid, resourceVersion, name } = object.metadata;
  const named = { group: resource.group, plural: resource.kind };
  if (preconditions?.uid && preconditions.uid !== uid)
    throw conflict(
      named,
      name,
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  if (preconditions?.resourceVersion && preconditions.resourceVersion !== resourceVersion)
    throw conflict(
      named,
      name,
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
}

/** @throws StatusError if the pod's namespace is missing or terminating */
export function checkNamespace(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  name: string,
): void {
  if (!resource.namespaced || !namespace) return;
  const found = store.get(NAMESPACES, undefined, namespace);
  if (!found) throw notFound({ group: '', plural: 'namespaces' }, namespace);
  if (found.metadata.deletionTimestamp)
    throw new StatusError(
      403,
      'Forbidden',
      `${resource.plural} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
      {
        name,
        group: resource.group,
        kind: resource.plural,
        causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }],
      },
    );
}
