import { CRDS, EVENTS, NAMESPACES, type Resource, storageKey } from '../api/resources.ts';
import { fieldsAt, type KubeObject } from '../store/object.ts';
import { isTerminating } from './pods.ts';
import { WorkQueue } from './queue.ts';
import type { Control, Controller } from './types.ts';

const ORPHAN = 'orphan';
const FOREGROUND = 'foregroundDeletion';

/**
 * Starts the garbage collector: dependents of deleted objects are deleted, or orphaned with `orphan`; foreground
 * deletion waits for them; deleting a namespace deletes its contents, deleting a definition its custom resources.
 */
export function garbage(control: Control): Controller {
  const { store } = control.objects;
  /** Owners that wait for their dependents, by uid, with the task to run when one is gone. */
  const held = new Map<string, string>();
  const queue = new WorkQueue(control.clock, (task) => {
    const [kind, ...rest] = task.split(' ');
    if (kind === 'gone') deleteDependents(control, rest[0] ?? '');
    else if (kind === 'going') holdOwner(control, rest);
    else if (kind === 'namespace') emptyNamespace(control, rest[0] ?? '');
    else if (kind === 'definition') emptyResource(control, rest[0] ?? '');
    else collectOrphan(control, rest);
  });
  const unsubscribe = store.subscribe(({ resource, type, object }) => {
    const { uid = '', name, namespace = '', ownerReferences = [], finalizers } = object.metadata;
    if (resource === EVENTS) return;
    if (type === 'DELETED') {
      queue.add(`gone ${uid}`);
      if (resource === CRDS)
        queue.add(`definition ${storageKey(String(fieldsAt(object, 'spec').group), pluralOf(object))}`);
      if (namespace) addTerminatingNamespace(control, queue, namespace);
      held.delete(uid);
      for (const owner of ownerReferences) {
        const task = held.get(owner.uid);
        if (task) queue.add(task);
      }
      return;
    }
    if (type === 'ADDED' && ownerReferences.length > 0) queue.add(`new ${resource} ${namespace} ${name}`);
    if (!isTerminating(object)) return;
    if (finalizers?.some((finalizer) => finalizer === ORPHAN || finalizer === FOREGROUND)) {
      const task = `going ${resource} ${namespace} ${name}`;
      held.set(uid, task);
      queue.add(task);
    }
    if (resource === NAMESPACES) queue.add(`namespace ${name}`);
  });
  return {
    stop() {
      unsubscribe();
      queue.stop();
    },
  };
}

function deleteDependents(control: Control, ownerUid: string): void {
  for (const { resource: storage, object } of control.objects.store.ownedBy(ownerUid)) {
    const resource = control.catalog.ofStorage(storage);
    if (!resource || isTerminating(object)) continue;
    const others = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== ownerUid);
    if (others.length > 0) setOwners(control, resource, object, ownerUid);
    else control.objects.delete(resource, object.metadata.namespace, object.metadata.name);
  }
}

function holdOwner(control: Control, [storage = '', namespace = '', name = '']: readonly string[]): void {
  const resource = control.catalog.ofStorage(storage);
  const owner = control.objects.store.get(storage, namespace, name);
  const finalizers = owner?.metadata.finalizers ?? [];
  if (!resource || !owner) return;
  const uid = owner.metadata.uid ?? '';
  if (finalizers.includes(ORPHAN)) {
    for (const dependent of control.objects.store.ownedBy(uid)) {
      const ofDependent = control.catalog.ofStorage(dependent.resource);
      if (ofDependent) setOwners(control, ofDependent, dependent.object, uid);
    }
  } else {
    deleteDependents(control, uid);
    if (control.objects.store.ownedBy(uid).length > 0) return;
  }
  control.objects.update(resource, owner.metadata.namespace, name, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      finalizers: finalizers.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND),
    },
  }));
}

/** An object without any existing owner is garbage, even if its owners never existed. */
function collectOrphan(control: Control, [storage = '', namespace = '', name = '']: readonly string[]): void {
  const resource = control.catalog.ofStorage(storage);
  const object = control.objects.store.get(storage, namespace, name);
  if (!resource || !object || isTerminating(object)) return;
  const hasOwner = (object.metadata.ownerReferences ?? []).some((owner) => {
    const ofOwner = control.catalog.ofKind(owner.apiVersion, owner.kind);
    // Kinds unknown to the sandbox cannot be looked up; their objects are kept.
    if (!ofOwner) return true;
    const found = control.objects.store.get(
      ofOwner.storage,
      ofOwner.namespaced ? namespace : undefined,
      owner.name,
    );
    return found?.metadata.uid === owner.uid;
  });
  if (!hasOwner) control.objects.delete(resource, object.metadata.namespace, name);
}

function setOwners(control: Control, resource: Resource, object: KubeObject, without: string): void {
  control.objects.update(resource, object.metadata.namespace, object.metadata.name, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      ownerReferences: (current.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== without),
    },
  }));
}

function addTerminatingNamespace(control: Control, queue: WorkQueue, name: string): void {
  const namespace = control.objects.store.get(NAMESPACES, undefined, name);
  if (namespace && isTerminating(namespace)) queue.add(`namespace ${name}`);
}

function emptyNamespace(control: Control, name: string): void {
  const { objects, catalog } = control;
  const namespaces = catalog.ofStorage(NAMESPACES);
  if (!namespaces || !objects.store.get(NAMESPACES, undefined, name)) return;
  let left = 0;
  for (const storage of new Set(
    catalog
      .all()
      .filter(({ namespaced }) => namespaced)
      .map((resource) => resource.storage),
  ))
    left += deleteAll(control, storage, name);
  if (left > 0) return;
  objects.update(namespaces, undefined, name, (current) => ({ ...current, spec: { finalizers: [] } }));
}

function emptyResource(control: Control, storage: string): void {
  // The definition is gone, so its resource is no longer in the catalog; its objects are removed directly.
  for (const object of control.objects.store.list(storage)) control.objects.store.remove(storage, object);
}

/** Deletes all objects of a table in a namespace; returns how many still exist. */
function deleteAll(control: Control, storage: string, namespace: string): number {
  const resource = control.catalog.ofStorage(storage);
  if (!resource) return 0;
  for (const object of control.objects.store.list(storage, namespace))
    if (!isTerminating(object)) control.objects.delete(resource, namespace, object.metadata.name);
  return control.objects.store.list(storage, namespace).length;
}

function pluralOf(definition: KubeObject): string {
  return String(fieldsAt(definition, 'spec', 'names').plural ?? '');
}
