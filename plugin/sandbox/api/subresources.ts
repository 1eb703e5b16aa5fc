import { fieldsAt, isFields, type KubeObject } from '../store/object.ts';
import { bindPod } from './binding.ts';
import { badRequest, methodNotAllowed, noSuchResource } from './errors.ts';
import { evict } from './eviction.ts';
import { type ApiRequest, json, type Reply } from './message.ts';
import { type ApiParts, contextOf } from './parts.ts';
import { patched, patchKind } from './patch/patch.ts';
import { scaleOf, withScale } from './view.ts';
import type { Target } from './write.ts';

/** Requests to `scale`, `eviction`, `binding` and `log`. */
export async function subresource(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const { resource, subresource: name = '' } = target;
  if (!resource.subresources.includes(name)) throw noSuchResource();
  switch (name) {
    case 'scale':
      return scale(parts, target, request);
    case 'eviction':
      return eviction(parts, target, request);
    case 'binding':
      return binding(parts, target, request);
    default:
      return log(parts, target, request);
  }
}

async function scale(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  const { resource, namespace, name = '' } = target;
  const current = parts.objects.get(resource, namespace, name);
  if (request.method === 'GET') return json(200, scaleOf(resource, current));
  if (request.method !== 'PUT' && request.method !== 'PATCH') throw methodNotAllowed();
  const body = await request.body();
  const context = contextOf(request);
  const wanted = (object: KubeObject): KubeObject => {
    if (request.method === 'PUT') return asScale(body);
    return patched(patchKind(request.contentType, resource), resource, scaleOf(resource, object), body);
  };
  const main: Target = { resource, namespace, name };
  const changed = await parts.writer.change(
    main,
    (object) => withScale(resource, object, wanted(object)),
    context,
  );
  return json(200, scaleOf(resource, changed), context.warnings);
}

function asScale(body: unknown): KubeObject {
  if (!isFields(body) || body.kind !== 'Scale') throw badRequest('the body must be a Scale');
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    ...body,
    metadata: { name: '', ...fieldsAt(body, 'metadata') },
  };
}

async function eviction(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const { resource, namespace, name = '' } = target;
  const body = await request.body();
  if (!isFields(body) || body.kind !== 'Eviction' || !/^policy\/v1(beta1)?$/.test(String(body.apiVersion)))
    throw badRequest('the body must be a policy/v1 Eviction');
  const fromQuery = contextOf(request);
  const asked = withMetadata(body, namespace, name);
  const admitted = await parts.writer.admit(fromQuery, {
    operation: 'CREATE',
    resource,
    subresource: 'eviction',
    apiVersion: String(body.apiVersion),
    kind: 'Eviction',
    namespace,
    name,
    object: asked,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  });
  // Webhooks may have bound the eviction to one pod, by a precondition.
  const granted = admitted ?? asked;
  const { dryRun } = contextOf(request, fieldsAt(granted, 'deleteOptions').dryRun);
  // Like a real API server, calls webhooks before it checks whether the pod exists.
  const pod = parts.objects.get(resource, namespace, name);
  return json(
    201,
    evict(parts.objects, parts.catalog, parts.clock, resource, pod, granted, dryRun),
    fromQuery.warnings,
  );
}

function withMetadata(
  body: Record<string, unknown>,
  namespace: string | undefined,
  name: string,
): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = body;
  return {
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: { name, ...(isFields(metadata) ? metadata : {}), ...(namespace ? { namespace } : {}) },
    ...rest,
  };
}

async function binding(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const body = await request.body();
  const nodeName = isFields(body) ? fieldsAt(body, 'target').name : undefined;
  if (typeof nodeName !== 'string') throw badRequest('target.name: Required value');
  bindPod(parts.objects, target.resource, target.namespace, target.name ?? '', nodeName, parts.clock.nowMs());
  return json(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

async function log(parts: ApiParts, target: Target, request: ApiRequest): Promise<Reply> {
  if (request.method !== 'GET') throw methodNotAllowed();
  parts.objects.get(target.resource, target.namespace, target.name ?? '');
  return { kind: 'text', code: 200, text: 'The sandbox runs no containers, so there are no logs.\n' };
}
