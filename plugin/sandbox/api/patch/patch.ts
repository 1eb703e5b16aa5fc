import { type Fields, isFields, type KubeObject } from '../../store/object.ts';
import { StatusError, unsupportedMediaType } from '../errors.ts';
import type { Resource } from '../resources.ts';
import { jsonPatch } from './json.ts';
import { strategicPatch } from './strategic.ts';

export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

const KINDS: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** @throws StatusError 415 for another media type, and for a strategic patch of a custom resource */
export function patchKind(contentType: string | undefined, resource: Resource): PatchKind {
  const supported = Object.keys(KINDS).filter(
    (type) => !resource.printerColumns || KINDS[type] !== 'strategic',
  );
  const type = (contentType ?? '').split(';')[0]?.trim() ?? '';
  const kind = KINDS[type];
  if (!kind || !supported.includes(type)) throw unsupportedMediaType(supported.join(', '));
  return kind;
}

/**
 * The object after a patch.
 *
 * Apply is simplified: the configuration is merged into the object without field ownership, so that there are neither
 * conflicts nor removals by omission.
 *
 * @throws StatusError BadRequest or Invalid, depending on the kind of patch
 */
export function patched(kind: PatchKind, resource: Resource, object: KubeObject, patch: unknown): KubeObject {
  const result = apply(kind, resource, object, patch);
  if (!isFields(result) || !isFields(result.metadata))
    throw new StatusError(422, 'Invalid', 'the patch does not leave an object with metadata');
  return result as KubeObject;
}

function apply(kind: PatchKind, resource: Resource, object: KubeObject, patch: unknown): unknown {
  if (kind === 'json') return jsonPatch(object, patch);
  if (kind === 'merge' || !isFields(patch)) return mergePatch(object, patch);
  const configuration = kind === 'apply' ? withoutNulls(patch) : patch;
  return resource.printerColumns ? mergePatch(object, configuration) : strategicPatch(object, configuration);
}

function withoutNulls(fields: Fields): Fields {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([field, value]) => [field, isFields(value) ? withoutNulls(value) : value]),
  );
}

/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Fields = isFields(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatch(merged[field], value);
  }
  return merged;
}
