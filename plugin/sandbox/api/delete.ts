import { fieldsAt, isFields, jsonOf, type KubeObject } from '../store/object.ts';
import { methodNotAllowed } from './errors.ts';
import { deleteOptions } from './eviction.ts';
import { listJson, listPage } from './list.ts';
import { type ApiRequest, json, type Reply } from './message.ts';
import type { Deletion } from './objects.ts';
import { type ApiParts, contextOf } from './parts.ts';
import { wholeNumber } from './query.ts';
import { PODS, type Resource } from './resources.ts';
import { viewOf } from './view.ts';
import type { Target } from './write.ts';

/** DELETE of one object. Options may be in the body or, as curl users send them, in the query. */
export async function deleteOne(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const body = await request.body();
  const context = contextOf(request, dryRunOf(body));
  const deletion = await parts.writer.delete(target, deleteOptions(withQuery(body, request.query)), context);
  return json(200, answer(target.resource, deletion), context.warnings);
}

/** DELETE of a collection: everything that the query's selectors match. */
export async function deleteObjects(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const { resource, namespace } = target;
  if (resource.namespaced && !namespace) throw methodNotAllowed();
  const body = await request.body();
  const context = contextOf(request, dryRunOf(body));
  const options = deleteOptions(withQuery(body, request.query));
  const page = listPage(parts.objects.store, resource, namespace, request.query);
  for (const { metadata } of page.objects)
    await parts.writer.delete({ resource, namespace, name: metadata.name }, options, context);
  return json(200, listJson(resource, page), context.warnings);
}

/** Pods and objects that still exist are returned as objects, deleted ones as a Success status. */
function answer(resource: Resource, { object, gone }: Deletion): string | object {
  if (!gone || resource.storage === PODS) return jsonOf(viewOf(resource, object));
  return success(resource, object);
}

function success(resource: Resource, object: KubeObject): object {
  const { name, uid } = object.metadata;
  const group = resource.group ? { group: resource.group } : {};
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...group, kind: resource.plural, uid },
  };
}

function dryRunOf(body: unknown): unknown {
  return isFields(body) ? body.dryRun : undefined;
}

function withQuery(body: unknown, query: URLSearchParams): object {
  const grace = wholeNumber(query, 'gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy ? { propagationPolicy: policy } : {}),
    ...(isFields(body) ? body : {}),
    preconditions: isFields(body) ? fieldsAt(body, 'preconditions') : {},
  };
}
