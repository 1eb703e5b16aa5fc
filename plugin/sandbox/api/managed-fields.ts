import { isDeepStrictEqual } from 'node:util';
import { type Fields, fieldsAt, isFields, type KubeObject, timestamp } from '../store/object.ts';
import { DEPLOYMENTS, type Resource } from './resources.ts';

/** The field manager of a write, as in `metadata.managedFields`. */
export interface FieldManager {
  name: string;
  operation: 'Apply' | 'Update';
  nowMs: number;
}

interface Entry {
  manager: string;
  operation: string;
  time: string;
  fieldsV1: { 'f:spec': Fields };
}

/**
 * Records the managers of the fields of a Deployment's spec, two levels deep, which is enough to determine owners.
 * Other objects have no managed fields here, and server-side apply does not detect conflicts.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function withManager(
  resource: Resource,
  before: KubeObject | undefined,
  after: KubeObject,
  { name, operation, nowMs }: FieldManager,
): KubeObject {
  if (resource.storage !== DEPLOYMENTS) return after;
  const [was, is] = [leaves(fieldsAt(before ?? {}, 'spec')), leaves(fieldsAt(after, 'spec'))];
  const written = [...is.keys()].filter((path) => !isDeepStrictEqual(was.get(path), is.get(path)));
  const removed = [...was.keys()].filter((path) => !is.has(path));
  if (before && written.length === 0 && removed.length === 0) return after;
  const taken = new Set([...written, ...removed]);
  const entries = entriesOf(before ?? after).flatMap((entry): Entry[] => {
    const kept = paths(entry).filter((path) => !taken.has(path));
    return kept.length === 0 ? [] : [{ ...entry, fieldsV1: { 'f:spec': tree(kept) } }];
  });
  const own = entries.find((entry) => entry.manager === name && entry.operation === operation);
  const fields = [...(own ? paths(own) : []), ...written];
  const time = timestamp(nowMs);
  const mine: Entry[] = fields.length
    ? [{ manager: name, operation, time, fieldsV1: { 'f:spec': tree(fields) } }]
    : [];
  const managedFields = [...entries.filter((entry) => entry !== own), ...mine];
  return { ...after, metadata: { ...after.metadata, managedFields } as KubeObject['metadata'] };
}

function entriesOf({ metadata }: KubeObject): Entry[] {
  const { managedFields } = metadata as { managedFields?: Entry[] };
  return managedFields ?? [];
}

/** `minReadySeconds`, `strategy/rollingUpdate`: the parts of a spec, by path. */
function leaves(spec: Fields): Map<string, unknown> {
  return new Map(
    Object.entries(spec).flatMap(([key, value]): [string, unknown][] =>
      isFields(value)
        ? Object.entries(value).map(([inner, each]) => [`${key}/${inner}`, each])
        : [[key, value]],
    ),
  );
}

function paths({ fieldsV1 }: Entry): string[] {
  return Object.entries(fieldsV1['f:spec']).flatMap(([key, inner]) => {
    const below = Object.keys(isFields(inner) ? inner : {});
    const name = key.slice(2);
    return below.length === 0 ? [name] : below.map((each) => `${name}/${each.slice(2)}`);
  });
}

function tree(all: readonly string[]): Fields {
  const fields: Record<string, Record<string, object>> = {};
  for (const path of all) {
    const [key = '', inner] = path.split('/');
    const below = fields[`f:${key}`] ?? {};
    fields[`f:${key}`] = below;
    if (inner !== undefined) below[`f:${inner}`] = {};
  }
  return fields;
}
