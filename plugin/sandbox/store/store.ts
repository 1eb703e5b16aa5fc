import { type Change, History } from './history.ts';
import { type KubeObject, keyOf, objectKey } from './object.ts';

/** Starts above zero, because resourceVersion 0 means "any" to clients. */
const FIRST_VERSION = 1000;
const HISTORY_CHANGES = 10_000;

/**
 * The sandbox's etcd: objects by resource and key, one version counter for all, a history to resume from. The API's
 * rules for objects are in `objects.ts`.
 *
 * Listeners run inside the write and must not write.
 */
export class Store {
  private current = FIRST_VERSION;
  private readonly tables = new Map<string, Map<string, KubeObject>>();
  private readonly history = new History(HISTORY_CHANGES, FIRST_VERSION);
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly byOwner = new Map<string, Map<KubeObject['metadata']['uid'], OwnedEntry>>();

  /** The newest resourceVersion. */
  get version(): number {
    return this.current;
  }

  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.tables.get(resource)?.get(objectKey(namespace, name));
  }

  /** Objects of a resource in key order; without a namespace those of all namespaces. */
  list(resource: string, namespace?: string): KubeObject[] {
    return sorted(this.tables.get(resource), namespace);
  }

  /** The same objects in no particular order, for frequent readers of all of them. */
  values(resource: string): Iterable<KubeObject> {
    return this.tables.get(resource)?.values() ?? [];
  }

  /**
   * The list at `version`, rebuilt by undoing later changes, or `undefined` if the history does not reach back that
   * far.
   */
  listAt(resource: string, version: number, namespace?: string): KubeObject[] | undefined {
    const changes = this.history.since(version);
    if (!changes) return undefined;
    const table = new Map(this.tables.get(resource));
    for (const change of changes.toReversed()) {
      if (change.resource !== resource) continue;
      if (change.previous) table.set(keyOf(change.previous), change.previous);
      else table.delete(keyOf(change.object));
    }
    return sorted(table, namespace);
  }

  /** Objects with `ownerUid` in their owner references. */
  ownedBy(ownerUid: string): { resource: string; object: KubeObject }[] {
    return [...(this.byOwner.get(ownerUid)?.values() ?? [])];
  }

  /** Stores a new object or the next version of one, and returns it with its resourceVersion. */
  put(resource: string, object: KubeObject): KubeObject {
    const table = this.tables.get(resource) ?? new Map<string, KubeObject>();
    this.tables.set(resource, table);
    const previous = table.get(keyOf(object));
    const stored = this.stamp(object);
    table.set(keyOf(stored), stored);
    this.record({
      version: this.current,
      resource,
      type: previous ? 'MODIFIED' : 'ADDED',
      object: stored,
      previous,
    });
    return stored;
  }

  /** Removes an object. The returned last state carries the version of its deletion, as DELETED events do. */
  remove(resource: string, object: KubeObject): KubeObject {
    const table = this.tables.get(resource);
    const previous = table?.get(keyOf(object));
    const last = this.stamp(object);
    table?.delete(keyOf(object));
    this.record({ version: this.current, resource, type: 'DELETED', object: last, previous });
    return last;
  }

  /** Changes after `version`, or `undefined` if some of them were dropped. */
  since(version: number): readonly Change[] | undefined {
    return this.history.since(version);
  }

  /** Drops the history: requests for older versions get 410. */
  expireHistory(): void {
    this.history.expire();
  }

  /** Calls `listener` for every change from now on, until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private stamp(object: KubeObject): KubeObject {
    this.current += 1;
    const { apiVersion, kind, metadata, ...rest } = object;
    return { apiVersion, kind, metadata: { ...metadata, resourceVersion: String(this.current) }, ...rest };
  }

  private record(change: Change): void {
    this.history.add(change);
    this.index(change);
    for (const listener of [...this.listeners]) listener(change);
  }

  private index({ resource, type, object, previous }: Change): void {
    const uid = object.metadata.uid;
    for (const owner of previous?.metadata.ownerReferences ?? []) {
      const owned = this.byOwner.get(owner.uid);
      owned?.delete(uid);
      if (owned?.size === 0) this.byOwner.delete(owner.uid);
    }
    if (type === 'DELETED') return;
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.byOwner.get(owner.uid) ?? new Map();
      owned.set(uid, { resource, object });
      this.byOwner.set(owner.uid, owned);
    }
  }
}

interface OwnedEntry {
  resource: string;
  object: KubeObject;
}

function sorted(table: Map<string, KubeObject> | undefined, namespace: string | undefined): KubeObject[] {
  if (!table) return [];
  const entries = [...table].filter(([, object]) => !namespace || object.metadata.namespace === namespace);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
