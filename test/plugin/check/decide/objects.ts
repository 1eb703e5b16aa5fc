/** Objects of manifests for tests of rules, and changes to them. */

import { checkWorkload } from '../../../../plugin/check/decide/check.ts';
import type { Finding, ObjectPatch } from '../../../../plugin/check/decide/finding.ts';
import type { Gap } from '../../../../plugin/check/decide/input.ts';
import { inputsOf } from '../../../../plugin/check/decide/inputs-of.ts';
import { addObject, emptyInventory } from '../../../../plugin/check/decide/inventory.ts';
import { mergePatch } from '../../../../plugin/sandbox/api/patch/patch.ts';
import { strategicPatch } from '../../../../plugin/sandbox/api/patch/strategic.ts';

export interface TestObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; [more: string]: unknown };
  [more: string]: unknown;
}

/** A small difference from a well-made workload. */
export type Change = (objects: readonly TestObject[]) => readonly TestObject[];

export const NOW_MS = Date.parse('2026-03-01T12:00:00Z');

/** Changes every object of a kind (and a name) by a strategic merge patch, as the API server would. */
export function patched(kind: string, patch: Record<string, unknown>, name?: string): Change {
  return (objects) =>
    objects.map((object) =>
      object.kind === kind && (name === undefined || object.metadata.name === name)
        ? (strategicPatch(structuredClone(object), structuredClone(patch)) as TestObject)
        : object,
    );
}

export function without(kind: string): Change {
  return (objects) => objects.filter((object) => object.kind !== kind);
}

export function plus(...more: readonly TestObject[]): Change {
  return (objects) => [...objects, ...more];
}

export function all(...changes: readonly Change[]): Change {
  return (objects) => changes.reduce((changed, change) => change(changed), objects);
}

/** The findings of the first workload among the objects. */
export function findingsOf(objects: readonly TestObject[], gaps: readonly Gap[] = []): Finding[] {
  const inventory = emptyInventory();
  for (const object of objects) addObject(inventory, object, object);
  inventory.gaps.push(...gaps);
  const [workload] = inventory.workloads;
  if (!workload) throw new Error('there is no workload among the objects');
  return checkWorkload(inputsOf(inventory, NOW_MS)(workload));
}

/** The objects after the patches of findings, as the API server would store them. */
export function applyAll(objects: readonly TestObject[], patches: readonly ObjectPatch[]): TestObject[] {
  return objects.map((object) =>
    patches
      .filter((patch) => isFor(patch, object))
      .reduce((current, { type, body }) => {
        const copy = structuredClone(current);
        const change = structuredClone(body) as Record<string, unknown>;
        return (type === 'merge' ? mergePatch(copy, change) : strategicPatch(copy, change)) as TestObject;
      }, object),
  );
}

function isFor(patch: ObjectPatch, { apiVersion, kind, metadata }: TestObject): boolean {
  return (
    patch.apiVersion === apiVersion &&
    patch.kind === kind &&
    patch.name === metadata.name &&
    (patch.namespace === undefined || patch.namespace === metadata.namespace)
  );
}
