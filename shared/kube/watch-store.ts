import type { List } from './list.ts';
import { fields, text, textOr } from './objects/fields.ts';
import { compareResourceVersions } from './resource-version.ts';

export type ChangeType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** A change since the previous state. */
export interface Change<T> {
  type: ChangeType;
  /** For DELETED: the final state if it could be parsed, otherwise the previous one. */
  item: T;
  previous: T | undefined;
}

/** The objects of a watch cache, with the bookkeeping that converts lists and events to changes. */
export interface WatchStore<T> {
  readonly items: ReadonlyMap<string, T>;
  /**
   * Replaces the contents with a list. Objects that are gone, or were deleted and recreated, are reported as deleted.
   */
  replace(objects: readonly unknown[]): Change<T>[];
  /** Applies one watch event. */
  apply(type: ChangeType, object: unknown): Change<T>[];
  /**
   * Whether there is an object that was gone when the list was made.
   *
   * @param namespace to which the list was limited
   */
  hasOther(list: Identities, namespace: string | undefined): boolean;
}

/** A list, reduced to what a watch must have reached to show it. */
export interface Identities {
  uids: ReadonlySet<string>;
  /** The newest version of its objects. */
  newest: string;
  resourceVersion: string;
}

/** Objects that cannot be identified are left out: no watch reports them either. */
export function identifyAll({ items, resourceVersion }: List): Identities {
  const uids = new Set<string>();
  let newest = '';
  for (const object of items) {
    try {
      const identity = identify(object);
      uids.add(identity.uid);
      if (compareResourceVersions(identity.resourceVersion, newest) > 0) newest = identity.resourceVersion;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
  return { uids, newest, resourceVersion };
}

interface Identity {
  key: string;
  uid: string;
  resourceVersion: string;
}

/**
 * @param parse reduces an object to the fields to keep; throws if it is malformed
 * @param onProblem called for objects that cannot be parsed; their last good state is kept
 */
export function createWatchStore<T>(
  parse: (object: unknown) => T,
  onProblem: (error: Error) => void,
): WatchStore<T> {
  const items = new Map<string, T>();
  const identities = new Map<string, Identity>();

  function tryParse(object: unknown, key: string): { item: T } | undefined {
    try {
      return { item: parse(object) };
    } catch (error) {
      onProblem(new Error(`cannot read ${key}: ${messageOf(error)}`, { cause: error }));
      return undefined;
    }
  }

  function tryIdentify(object: unknown): Identity | undefined {
    try {
      return identify(object);
    } catch (error) {
      onProblem(new Error(`an object without identity: ${messageOf(error)}`, { cause: error }));
      return undefined;
    }
  }

  function put(identity: Identity, object: unknown): Change<T>[] {
    const { key } = identity;
    const known = identities.get(key);
    if (known?.uid === identity.uid && known.resourceVersion === identity.resourceVersion) return [];
    const replaced = known !== undefined && known.uid !== identity.uid ? remove(key) : [];
    const parsed = tryParse(object, key);
    if (parsed === undefined) return replaced;
    const previous = items.get(key);
    items.set(key, parsed.item);
    identities.set(key, identity);
    return [
      ...replaced,
      { type: previous === undefined ? 'ADDED' : 'MODIFIED', item: parsed.item, previous },
    ];
  }

  function remove(key: string, last?: { item: T }): Change<T>[] {
    const previous = items.get(key);
    if (previous === undefined) return [];
    items.delete(key);
    identities.delete(key);
    return [{ type: 'DELETED', item: last === undefined ? previous : last.item, previous }];
  }

  return {
    items,
    hasOther({ uids, resourceVersion }, namespace) {
      for (const identity of identities.values()) {
        const isListed = namespace === undefined || identity.key.startsWith(`${namespace}/`);
        const isNewer = compareResourceVersions(identity.resourceVersion, resourceVersion) > 0;
        if (isListed && !isNewer && !uids.has(identity.uid)) return true;
      }
      return false;
    },
    replace(objects) {
      const listed = new Map<string, { identity: Identity; object: unknown }>();
      for (const object of objects) {
        const identity = tryIdentify(object);
        if (identity !== undefined) listed.set(identity.key, { identity, object });
      }
      const gone = [...items.keys()].filter((key) => !listed.has(key));
      const changes = gone.flatMap((key) => remove(key));
      for (const { identity, object } of listed.values()) changes.push(...put(identity, object));
      return changes;
    },
    apply(type, object) {
      const identity = tryIdentify(object);
      if (identity === undefined) return [];
      if (type !== 'DELETED') return put(identity, object);
      return items.has(identity.key) ? remove(identity.key, tryParse(object, identity.key)) : [];
    },
  };
}

/** `namespace/name`, or the name alone for cluster-scoped objects. */
export function objectKey(metadata: { namespace?: string | undefined; name: string }): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

function identify(object: unknown): Identity {
  const metadata = fields(fields(object, 'object').metadata, 'metadata');
  return {
    key: objectKey({
      namespace: textOr(metadata.namespace, '', 'metadata.namespace'),
      name: text(metadata.name, 'metadata.name'),
    }),
    uid: textOr(metadata.uid, '', 'metadata.uid'),
    resourceVersion: text(metadata.resourceVersion, 'metadata.resourceVersion'),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
