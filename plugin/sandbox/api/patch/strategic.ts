import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields } from '../../store/object.ts';
import { badRequest } from '../errors.ts';

/**
 * Fields whose lists are merged by a key, from the `patchMergeKey` tags of the Kubernetes types. `ports` has two
 * keys: containerPort in containers, port in services.
 */
const MERGE_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  env: ['name'],
  ports: ['containerPort', 'port'],
  imagePullSecrets: ['name'],
  secrets: ['name'],
  conditions: ['type'],
  addresses: ['type'],
  ownerReferences: ['uid'],
  hostAliases: ['ip'],
  topologySpreadConstraints: ['topologyKey'],
  podIPs: ['ip'],
  webhooks: ['name'],
  resourceClaims: ['name'],
};

/** Lists of scalars merged as sets. */
const SETS: ReadonlySet<string> = new Set(['finalizers', 'podCIDRs']);

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const DELETE_PRIMITIVES = '$deleteFromPrimitiveList/';
const ELEMENT_ORDER = '$setElementOrder/';

/**
 * Strategic merge patch with the directives that kubectl sends
 * (https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md).
 *
 * @throws StatusError BadRequest for an unknown directive
 */
export function strategicPatch(target: Fields, patch: Fields): Fields {
  const directive = patch[DIRECTIVE];
  if (directive === 'replace') return without(patch, DIRECTIVE);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge')
    throw badRequest(`Unknown patch type found: ${String(directive)}`);

  const merged: Fields = { ...target };
  const retained = patch[RETAIN_KEYS];
  if (Array.isArray(retained))
    for (const field of Object.keys(merged)) if (!retained.includes(field)) delete merged[field];

  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith(DELETE_PRIMITIVES)) {
      const list = field.slice(DELETE_PRIMITIVES.length);
      merged[list] = subtract(merged[list], value);
    } else if (!field.startsWith('$')) {
      const next = patchedField(field, merged[field], value);
      if (next === undefined) delete merged[field];
      else merged[field] = next;
    }
  }
  for (const [field, value] of Object.entries(patch))
    if (field.startsWith(ELEMENT_ORDER)) reorder(merged, field.slice(ELEMENT_ORDER.length), value);
  return merged;
}

function patchedField(field: string, current: unknown, value: unknown): unknown {
  if (value === null) return undefined;
  if (isFields(value)) return strategicPatch(isFields(current) ? current : {}, value);
  if (!Array.isArray(value)) return value;
  const existing = Array.isArray(current) ? current : [];
  if (SETS.has(field)) return [...existing, ...value.filter((entry) => !existing.includes(entry))];
  const key = mergeKey(field, [...value, ...existing]);
  return key === undefined ? value : mergeByKey(key, existing, value);
}

/** The merge key that the elements contain; `undefined` means that the complete list is replaced. */
function mergeKey(field: string, elements: readonly unknown[]): string | undefined {
  return MERGE_KEYS[field]?.find((key) => elements.some((element) => isFields(element) && key in element));
}

function mergeByKey(key: string, current: readonly unknown[], patch: readonly unknown[]): unknown[] {
  if (patch.some((entry) => isFields(entry) && entry[DIRECTIVE] === 'replace'))
    return patch.filter((entry) => !(isFields(entry) && entry[DIRECTIVE] === 'replace'));
  let merged = [...current];
  for (const entry of patch) {
    if (!isFields(entry)) continue;
    const same = (other: unknown) => isFields(other) && other[key] === entry[key];
    const at = merged.findIndex(same);
    if (entry[DIRECTIVE] === 'delete') merged = merged.filter((other) => !same(other));
    else if (at < 0) merged.push(strategicPatch({}, entry));
    else merged[at] = strategicPatch(merged[at] as Fields, entry);
  }
  return merged;
}

function subtract(current: unknown, removed: unknown): unknown {
  if (!Array.isArray(current) || !Array.isArray(removed)) return current;
  return current.filter((entry) => !removed.includes(entry));
}

/** Sorts the elements named by the directive into its order; others keep their order after them. */
function reorder(target: Fields, field: string, order: unknown): void {
  const list = target[field];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const key = mergeKey(field, list);
  const position = (element: unknown) => {
    const found = order.findIndex((wanted) =>
      key && isFields(wanted) && isFields(element)
        ? wanted[key] === element[key]
        : isDeepStrictEqual(wanted, element),
    );
    return found < 0 ? order.length : found;
  };
  target[field] = list.toSorted((a, b) => position(a) - position(b));
}

function without(fields: Fields, name: string): Fields {
  const { [name]: _, ...rest } = fields;
  return rest;
}
