/** Builds patches as values, and combines those of one object. */
import type { ObjectPatch, PatchBody, PatchValue } from './finding.ts';
import type { CheckedWorkload } from './objects/workload.ts';
import type { ObjectName } from './targets/target.ts';

/** Lists that a strategic patch merges by a key; all others it replaces. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  topologySpreadConstraints: 'topologyKey',
  webhooks: 'name',
};

export function workloadPatch({ kind, namespace, name }: CheckedWorkload, spec: PatchBody): ObjectPatch {
  return { apiVersion: 'apps/v1', kind, namespace, name, type: 'strategic', body: { spec } };
}

/** A patch of the pod template's spec, which replaces all pods. */
export function templatePatch(workload: CheckedWorkload, spec: PatchBody): ObjectPatch {
  return workloadPatch(workload, { template: { spec } });
}

export function annotationPatch(object: ObjectName, key: string, value: string): ObjectPatch {
  return { ...object, type: 'merge', body: { metadata: { annotations: { [key]: value } } } };
}

/** Whether the patch changes the pod template. */
export function changesTemplate({ body }: ObjectPatch): boolean {
  const { spec } = body;
  return isBody(spec) && 'template' in spec;
}

/**
 * One patch per object, in the order in which the objects first appear. Of two values for one field the later one wins,
 * except for times, of which the longer one wins: each is a minimum.
 */
export function combinePatches(patches: readonly ObjectPatch[]): ObjectPatch[] {
  const combined = new Map<string, ObjectPatch>();
  for (const patch of patches) {
    const key = [patch.apiVersion, patch.kind, patch.namespace, patch.name].join('/');
    const known = combined.get(key);
    combined.set(key, known ? { ...known, body: mergeBodies(known.body, patch.body) } : patch);
  }
  return [...combined.values()];
}

function mergeBodies(first: PatchBody, second: PatchBody): PatchBody {
  const merged: Record<string, PatchValue> = { ...first };
  for (const [field, value] of Object.entries(second)) {
    const known = merged[field];
    merged[field] = known === undefined ? value : mergeValues(field, known, value);
  }
  return merged;
}

function mergeValues(field: string, first: PatchValue, second: PatchValue): PatchValue {
  if (isBody(first) && isBody(second)) return mergeBodies(first, second);
  const key = MERGE_KEYS[field];
  if (key !== undefined && Array.isArray(first) && Array.isArray(second))
    return mergeLists(key, first, second);
  const isTime = typeof first === 'number' && typeof second === 'number' && /[sS]econds$/.test(field);
  return isTime ? Math.max(first, second) : second;
}

function mergeLists(
  key: string,
  first: readonly PatchValue[],
  second: readonly PatchValue[],
): readonly PatchValue[] {
  const merged = [...first];
  for (const entry of second) {
    const at = merged.findIndex((each) => isBody(each) && isBody(entry) && each[key] === entry[key]);
    const known = merged[at];
    if (isBody(known) && isBody(entry)) merged[at] = mergeBodies(known, entry);
    else merged.push(entry);
  }
  return merged;
}

function isBody(value: PatchValue | undefined): value is PatchBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
