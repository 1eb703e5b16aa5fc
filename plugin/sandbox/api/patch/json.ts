import { isDeepStrictEqual } from 'node:util';
import { isFields } from '../../store/object.ts';
import { badRequest, StatusError } from '../errors.ts';

/**
 * JSON patch (RFC 6902).
 *
 * @throws StatusError BadRequest for a malformed patch, Invalid if an operation fails
 */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch))
    throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  return patch.reduce(applyOperation, structuredClone(document));
}

function applyOperation(document: unknown, operation: unknown): unknown {
  if (!isFields(operation)) throw badRequest('a JSON patch operation must be an object');
  const path = pointer(operation.path);
  switch (operation.op) {
    case 'add':
      return insert(document, path, structuredClone(operation.value), false);
    case 'replace':
      return insert(document, path, structuredClone(operation.value), true);
    case 'remove':
      return remove(document, path);
    case 'test':
      if (!isDeepStrictEqual(read(document, path), operation.value))
        throw refused(`testing value ${String(operation.path)} failed`);
      return document;
    case 'copy':
      return insert(document, path, structuredClone(read(document, pointer(operation.from))), false);
    case 'move': {
      const from = pointer(operation.from);
      const moved = read(document, from);
      return insert(remove(document, from), path, moved, false);
    }
    default:
      throw badRequest(`Unexpected kind: ${String(operation.op)}`);
  }
}

function pointer(path: unknown): string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/')))
    throw badRequest(`invalid JSON pointer: ${String(path)}`);
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(document: unknown, path: readonly string[]): unknown {
  let at = document;
  for (const step of path) {
    const next: unknown = Array.isArray(at) ? at[index(at, step)] : isFields(at) ? at[step] : undefined;
    if (next === undefined) throw missing(path);
    at = next;
  }
  return at;
}

function insert(document: unknown, path: readonly string[], value: unknown, mustExist: boolean): unknown {
  const last = path.at(-1);
  if (last === undefined) return value;
  if (mustExist) read(document, path);
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) {
    const at = last === '-' ? parent.length : index(parent, last, parent.length);
    parent.splice(at, mustExist ? 1 : 0, value);
  } else if (isFields(parent)) {
    parent[last] = value;
  } else throw missing(path);
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  read(document, path);
  const last = path.at(-1) ?? '';
  const parent = read(document, path.slice(0, -1));
  if (Array.isArray(parent)) parent.splice(index(parent, last), 1);
  else if (isFields(parent)) delete parent[last];
  return document;
}

function index(array: readonly unknown[], step: string, limit = array.length - 1): number {
  const at = Number(step);
  if (!/^\d+$/.test(step) || at > limit) throw refused(`Unable to access invalid index: ${step}`);
  return at;
}

function missing(path: readonly string[]): StatusError {
  return refused(`doc is missing path: /${path.join('/')}: missing value`);
}

function refused(why: string): StatusError {
  return new StatusError(
    422,
    'Invalid',
    `the server rejected our request due to an error in our request: ${why}`,
    {},
  );
}
