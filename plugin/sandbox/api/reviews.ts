import { fieldsAt, isFields } from '../store/object.ts';
import { methodNotAllowed } from './errors.ts';
import { type ApiRequest, json, type Reply } from './message.ts';
import { groupVersionOf, type Resource } from './resources.ts';

/** Access reviews: every client with the token may do everything. */
export async function review(resource: Resource, request: ApiRequest): Promise<Reply> {
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
