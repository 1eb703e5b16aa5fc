import { type ResourceAddress, resourcePath } from './paths.ts';
import { type ConnectionState, type WatchCache, type WatchCacheOptions, watchCache } from './watch-cache.ts';

/** Watches that begin and end together. */
export interface WatchSet {
  /** Adds a watch. */
  watch<T>(
    address: ResourceAddress,
    options: Pick<WatchCacheOptions<T>, 'parse'> & Partial<WatchCacheOptions<T>>,
  ): WatchCache<T>;
  /** Live, by resource. */
  readonly caches: ReadonlyMap<string, WatchCache<unknown>>;
  /** Drops a watch that was refused. */
  remove(address: ResourceAddress): void;
  /** Resolves when each watch has its first list; rejects as `WatchCache.synced` does. */
  synced(): Promise<void>;
  /** Since when at least one watch is broken, in the clock's milliseconds; its data may be stale. */
  readonly staleSinceMs: number | undefined;
  /** Calls the listener after changes of any watch, also of those that are added later. */
  onChange(listener: () => void): void;
  stop(): Promise<void>;
}

export interface WatchSetOptions
  extends Pick<WatchCacheOptions<unknown>, 'kube' | 'clock' | 'random' | 'pageSize' | 'retryFirstList'> {
  onConnection(state: ConnectionState, resource: string): void;
  /** Called for objects that cannot be parsed. */
  onProblem(error: Error, resource: string): void;
}

export function watchSet({ onConnection, onProblem, ...common }: WatchSetOptions): WatchSet {
  const caches = new Map<string, WatchCache<unknown>>();
  const listeners: (() => void)[] = [];
  return {
    caches,
    watch(address, options) {
      const { resource } = address;
      const cache = watchCache({
        ...common,
        path: resourcePath(address),
        onConnection: (state) => onConnection(state, resource),
        onProblem: (error) => onProblem(error, resource),
        ...options,
      });
      caches.set(resource, cache);
      for (const listener of listeners) cache.onChange(listener);
      return cache;
    },
    remove: ({ resource }) => void caches.delete(resource),
    async synced() {
      await Promise.all([...caches.values()].map((cache) => cache.synced));
    },
    get staleSinceMs() {
      const since = [...caches.values()].flatMap((cache) => cache.staleSinceMs ?? []);
      return since.length > 0 ? Math.min(...since) : undefined;
    },
    onChange(listener) {
      listeners.push(listener);
      for (const cache of caches.values()) cache.onChange(listener);
    },
    async stop() {
      await Promise.all([...caches.values()].map((cache) => cache.stop()));
    },
  };
}
