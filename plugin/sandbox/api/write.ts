import { isFields, type KubeObject } from '../store/object.ts';
import type { Admission } from './admission.ts';
import type { AdmissionQuestion, User } from './admission-review.ts';
import { withDefaults } from './defaults.ts';
import { badRequest, conflict, MODIFIED, StatusError } from './errors.ts';
import { type FieldManager, withManager } from './managed-fields.ts';
import { checkNamespace, type DeleteOptions, type Deletion, type Objects } from './objects.ts';
import { type PatchKind, patched } from './patch/patch.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { checkChange, checkNew } from './validation.ts';
import { storedOf, viewOf } from './view.ts';

/** The object of a write. */
export interface Target {
  resource: Resource;
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}

export interface WriteContext {
  dryRun: boolean;
  user: User;
  manager: Pick<FieldManager, 'name' | 'operation'>;
  /** Warnings for the client. */
  warnings: string[];
}

const MAX_ATTEMPTS = 5;

/** Writes of clients: adds defaults, validation and admission to the rules of `Objects`. */
export class Writer {
  private readonly objects: Objects;
  private readonly admission: Admission;

  constructor(objects: Objects, admission: Admission) {
    this.objects = objects;
    this.admission = admission;
  }

  /** @throws StatusError AlreadyExists, Invalid, NotFound (namespace), or a webhook's denial */
  async create(target: Target, body: unknown, context: WriteContext): Promise<KubeObject> {
    const { resource, namespace } = target;
    const given = bodyObject(resource, body, namespace);
    const { resourceVersion, ...metadata } = given.metadata;
    if (resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
    const asked = withDefaults(resource, { ...given, metadata });
    checkNew(resource, asked);
    checkNamespace(this.objects.store, resource, namespace, asked.metadata.name);
    const admitted = await this.admit(context, {
      operation: 'CREATE',
      resource,
      namespace,
      name: metadata.name ?? '',
      object: asked,
    });
    const object = admitted === asked ? asked : withDefaults(resource, admitted ?? asked);
    if (object !== asked) checkNew(resource, object);
    const managed = withManager(resource, undefined, storedOf(resource, object), this.by(context));
    return this.objects.create(resource, managed, context.dryRun);
  }

  /** PUT of an object or its status. */
  async replace(target: Target, body: unknown, context: WriteContext): Promise<KubeObject> {
    const given = bodyObject(target.resource, body, target.namespace);
    if (given.metadata.name !== target.name)
      throw badRequest(
        `the name of the object (${given.metadata.name}) does not match the name on the URL (${target.name})`,
      );
    return this.change(target, () => given, context);
  }

  /** PATCH of an object or its status; an apply patch creates a missing object. */
  async patch(target: Target, kind: PatchKind, patch: unknown, context: WriteContext): Promise<KubeObject> {
    const { resource, namespace, name = '' } = target;
    const missing = !this.objects.store.get(resource.storage, namespace, name);
    if (kind === 'apply' && missing) return this.create({ ...target, name }, named(patch, name), context);
    return this.change(target, (current) => patched(kind, resource, current, patch), context);
  }

  /**
   * Changes an object by a function of its current version; calls webhooks in between and starts again after a
   * conflict.
   */
  async change(
    target: Target,
    change: (current: KubeObject) => KubeObject,
    context: WriteContext,
  ): Promise<KubeObject> {
    const { resource, namespace, name = '' } = target;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const current = this.objects.get(resource, namespace, name);
      const asked = this.prepared(target, current, change(viewOf(resource, current)));
      const admitted = await this.admit(context, {
        operation: 'UPDATE',
        resource,
        subresource: target.subresource,
        namespace,
        name,
        object: asked,
        oldObject: current,
      });
      const settled = admitted === asked ? asked : this.prepared(target, current, admitted ?? asked);
      const isSpec = target.subresource === undefined;
      const next = isSpec ? withManager(resource, current, settled, this.by(context)) : settled;
      if (this.objects.store.get(resource.storage, namespace, name) !== current) continue;
      return this.objects.update(resource, namespace, name, () => next, {
        subresource: target.subresource === 'status' ? 'status' : undefined,
        dryRun: context.dryRun,
      });
    }
    throw conflict(resource, name, MODIFIED);
  }

  private by({ manager }: WriteContext): FieldManager {
    return { ...manager, nowMs: this.objects.nowMs };
  }

  async delete(target: Target, options: DeleteOptions, context: WriteContext): Promise<Deletion> {
    const { resource, namespace, name = '' } = target;
    const oldObject = this.objects.get(resource, namespace, name);
    await this.admit(context, { operation: 'DELETE', resource, namespace, name, oldObject });
    return this.objects.delete(resource, namespace, name, { ...options, dryRun: context.dryRun });
  }

  /**
   * Calls the matching webhooks; does not wait if there are none.
   *
   * @returns the request's object, or the one changed by a webhook
   */
  async admit(
    context: WriteContext,
    question: Omit<AdmissionQuestion, 'dryRun' | 'user'>,
  ): Promise<KubeObject | undefined> {
    const full = { ...question, dryRun: context.dryRun, user: context.user };
    if (!this.admission.concerns(full)) return question.object;
    const { object, warnings } = await this.admission.review(full);
    context.warnings.push(...warnings);
    return object;
  }

  private prepared(target: Target, current: KubeObject, wanted: KubeObject): KubeObject {
    const { resource, subresource } = target;
    const stored = storedOf(resource, wanted);
    if (subresource === 'status') return stored;
    const next = withDefaults(resource, stored, current);
    checkChange(resource, current, next);
    return next;
  }
}

/**
 * A body as an object of a resource: kind and version must match if given, the namespace is that of the path.
 *
 * @throws StatusError BadRequest
 */
export function bodyObject(resource: Resource, body: unknown, namespace: string | undefined): KubeObject {
  if (!isFields(body)) throw badRequest('the object provided is unrecognized (must be of type object)');
  const apiVersion = body.apiVersion ?? groupVersionOf(resource);
  const kind = body.kind ?? resource.kind;
  if (apiVersion !== groupVersionOf(resource) || kind !== resource.kind)
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: the body is ${String(apiVersion)}, Kind=${String(kind)}`,
    );
  const metadata = isFields(body.metadata) ? body.metadata : {};
  if (namespace && metadata.namespace !== undefined && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  for (const field of ['labels', 'annotations'] as const) checkTexts(resource, metadata[field], field);
  return {
    ...body,
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: { ...metadata, name: String(metadata.name ?? ''), ...(namespace ? { namespace } : {}) },
  };
}

function checkTexts(resource: Resource, value: unknown, field: string): void {
  if (value === undefined || value === null) return;
  const wrong = isFields(value) ? Object.values(value).find((entry) => typeof entry !== 'string') : value;
  if (wrong !== undefined)
    throw badRequest(
      `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal ${typeof wrong} into Go struct field ObjectMeta.metadata.${field} of type string`,
    );
}

function named(patch: unknown, name: string): unknown {
  if (!isFields(patch)) throw new StatusError(400, 'BadRequest', 'an apply patch must be an object');
  return { ...patch, metadata: { ...(isFields(patch.metadata) ? patch.metadata : {}), name } };
}
