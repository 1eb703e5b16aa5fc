/** Encodes and decodes AdmissionReview (admission.k8s.io/v1). */
import { type Fields, isFields, type KubeObject } from '../store/object.ts';
import { internal, StatusError } from './errors.ts';
import { jsonPatch } from './patch/json.ts';
import { groupVersionOf, type Resource } from './resources.ts';

export interface User {
  username: string;
  uid?: string;
  groups: readonly string[];
}

/** The request to webhooks: the parts of admission/v1 AdmissionRequest that vary. */
export interface AdmissionQuestion {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  resource: Resource;
  subresource?: string | undefined;
  /** Kind of `object` if it differs from the resource's: an Eviction. */
  apiVersion?: string;
  kind?: string;
  namespace?: string | undefined;
  name: string;
  object?: KubeObject | undefined;
  oldObject?: KubeObject | undefined;
  options?: object;
  dryRun: boolean;
  user: User;
}

/** The review sent to a webhook. */
export function reviewOf(question: AdmissionQuestion, uid: string): object {
  const { resource, subresource, object, oldObject, namespace } = question;
  const [group, version] = splitVersion(question.apiVersion ?? groupVersionOf(resource));
  const kind = { group, version, kind: question.kind ?? resource.kind };
  const gvr = { group: resource.group, version: resource.version, resource: resource.plural };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource: gvr,
      ...(subresource ? { subResource: subresource } : {}),
      requestKind: kind,
      requestResource: gvr,
      ...(subresource ? { requestSubResource: subresource } : {}),
      name: question.name,
      ...(namespace ? { namespace } : {}),
      operation: question.operation,
      userInfo: question.user,
      object: object ?? null,
      oldObject: oldObject ?? null,
      dryRun: question.dryRun,
      options: question.options ?? null,
    },
  };
}

function splitVersion(apiVersion: string): [group: string, version: string] {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? ['', first] : [first, second];
}

/** The webhook's own Status and code, with the message of apiserver's webhook/errors.ToStatusErr. */
export function denial(webhook: string, status: Fields): StatusError {
  const code = typeof status.code === 'number' && status.code >= 400 ? status.code : 400;
  const deniedBy = `admission webhook "${webhook}" denied the request`;
  const reason = typeof status.reason === 'string' ? status.reason : '';
  const why = typeof status.message === 'string' && status.message ? status.message : reason;
  const message = why ? `${deniedBy}: ${why}` : `${deniedBy} without explanation`;
  return new StatusError(code, reason, message, isFields(status.details) ? status.details : undefined);
}

/**
 * The object after a mutating webhook's patch, if there is one.
 *
 * @throws StatusError InternalError for a patch that is malformed, fails to apply, or has no object to change
 */
export function afterPatch(
  webhook: string,
  object: KubeObject | undefined,
  { patch, patchType }: Fields,
): KubeObject | undefined {
  if (typeof patch !== 'string' || patch === '') return object;
  if (patchType !== 'JSONPatch') throw internal(`webhook "${webhook}": unknown patch type "${patchType}"`);
  if (!object) {
    const refused = `admission webhook "${webhook}" attempted to modify the object`;
    throw internal(`${refused}, which is not supported for this operation`);
  }
  try {
    return jsonPatch(object, JSON.parse(Buffer.from(patch, 'base64').toString('utf8'))) as KubeObject;
  } catch (error) {
    throw internal(error instanceof Error ? error.message : String(error));
  }
}
