import { fieldsAt, isFields, jsonOf, type KubeObject } from '../store/object.ts';
import type { Catalog } from './catalog.ts';
import { deleteObjects, deleteOne } from './delete.ts';
import { methodNotAllowed, noSuchResource } from './errors.ts';
import { listJson, listPage } from './list.ts';
import { type ApiRequest, json, type Reply } from './message.ts';
import { meta } from './meta.ts';
import { type ApiParts, contextOf } from './parts.ts';
import { patchKind } from './patch/patch.ts';
import { flag } from './query.ts';
import { render, renderList } from './render.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { subresource } from './subresources.ts';
import { viewOf } from './view.ts';
import type { Target } from './write.ts';

/**
 * Handles one request to the Kubernetes API.
 *
 * @throws StatusError for every unsuccessful response
 */
export async function handleApi(parts: ApiParts, request: ApiRequest): Promise<Reply> {
  const target = parsePath(parts.catalog, request.path);
  if (!target) return meta(parts.catalog.all(), request) ?? refuseUnknown();
  if (target.resource.review) return review(target.resource, request);
  const { subresource: sub } = target;
  if (sub && sub !== 'status') return subresource(parts, target, request);
  if (sub && !target.resource.subresources.includes(sub)) return refuseUnknown();
  return target.name === undefined ? collection(parts, target, request) : single(parts, target, request);
}

async function collection(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const { resource, namespace } = target;
  const { query, representation } = request;
  switch (request.method) {
    case 'GET': {
      if (flag(query, 'watch')) return watch(parts, target, request);
      const page = listPage(parts.objects.store, resource, namespace, query);
      if (representation === 'json') return json(200, listJson(resource, page));
      return json(200, renderList(resource, page, request, parts.clock.nowMs()));
    }
    case 'POST': {
      if (resource.namespaced && !namespace) throw methodNotAllowed();
      const context = contextOf(request);
      const created = await parts.writer.create(target, await request.body(), context);
      return object(parts, target, request, created, 201, context.warnings);
    }
    case 'DELETE':
      return deleteObjects(parts, target, request);
    default:
      throw methodNotAllowed();
  }
}

async function single(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const { resource, namespace, name = '' } = target;
  switch (request.method) {
    case 'GET':
      if (flag(request.query, 'watch')) return watch(parts, target, request);
      return object(parts, target, request, parts.objects.get(resource, namespace, name));
    case 'PUT': {
      const context = contextOf(request);
      const replaced = await parts.writer.replace(target, await request.body(), context);
      return object(parts, target, request, replaced, 200, context.warnings);
    }
    case 'PATCH': {
      const context = contextOf(request);
      const kind = patchKind(request.contentType, resource);
      const existed = parts.objects.store.get(resource.storage, namespace, name) !== undefined;
      const changed = await parts.writer.patch(target, kind, await request.body(), context);
      return object(parts, target, request, changed, existed ? 200 : 201, context.warnings);
    }
    case 'DELETE':
      if (target.subresource) throw methodNotAllowed();
      return deleteOne(parts, target, request);
    default:
      throw methodNotAllowed();
  }
}

function object(
  parts: ApiParts,
  { resource }: Target,
  request: ApiRequest,
  stored: KubeObject,
  code = 200,
  warnings: readonly string[] = [],
): Reply {
  const view = viewOf(resource, stored);
  if (request.representation === 'json') return json(code, jsonOf(view), warnings);
  return json(code, render(resource, view, request, parts.clock.nowMs()), warnings);
}

function watch(parts: ApiParts, target: Target, request: ApiRequest): Reply {
  const asJson = request.representation === 'json';
  const renderEvent = (event: KubeObject) => render(target.resource, event, request, parts.clock.nowMs());
  return {
    kind: 'watch',
    start: parts.watches.prepare(target.resource, target, request.query, asJson ? jsonOf : renderEvent),
  };
}

function refuseUnknown(): never {
  throw noSuchResource();
}

/**
 * The resource that a path names, `undefined` for anything else:
 * `/api/v1/…` or `/apis/GROUP/VERSION/…`, then `[namespaces/NS/]RESOURCE[/NAME[/SUBRESOURCE]]`.
 */
function parsePath(catalog: Catalog, path: string): Target | undefined {
  const steps = path.split('/').slice(1).map(decodeURIComponent);
  const core = steps[0] === 'api';
  if (!core && steps[0] !== 'apis') return undefined;
  const [group = '', version = ''] = core ? ['', steps[1]] : [steps[1], steps[2]];
  const rest = steps.slice(core ? 2 : 3);
  if (rest.length === 0 || rest.includes('')) return undefined;

  // Below /namespaces/NS, what follows is a namespaced resource, unless it is a subresource of the namespace itself.
  if (rest[0] === 'namespaces' && rest.length >= 3) {
    const [, namespace, plural = '', name, subresource] = rest;
    const resource = catalog.find(group, version, plural);
    if (resource) return resource.namespaced ? { resource, namespace, name, subresource } : undefined;
  }
  const [plural = '', name, subresource] = rest;
  const resource = catalog.find(group, version, plural);
  if (!resource || (resource.namespaced && name !== undefined)) return undefined;
  return { resource, name, subresource };
}

/** Access reviews: every client with the token may do everything. */
async function review(resource: Resource, request: ApiRequest): Promise<Reply> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const body = await request.body();
  const spec = isFields(body) ? fieldsAt(body, 'spec') : {};
  return json(201, {
    kind: resource.kind,
    apiVersion: groupVersionOf(resource),
    metadata: { creationTimestamp: null },
    spec,
    status: statusOf(resource.kind, request),
  });
}

function statusOf(kind: string, { user }: ApiRequest): object {
  if (kind === 'SelfSubjectReview') return { userInfo: user };
  if (kind === 'SelfSubjectAccessReview') return { allowed: true, reason: 'the sandbox allows everything' };
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  return {
    resourceRules: [everything],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  };
}
