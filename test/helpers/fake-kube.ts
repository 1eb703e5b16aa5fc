import { type Clock, systemClock } from '../../shared/clock.ts';
import {
  ApiError,
  type Kube,
  type KubeRequest,
  type WatchEvent,
  type WatchRequest,
} from '../../shared/kube/kube.ts';

/** As much of an object as the fake looks at. */
export interface FakeObject {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    [more: string]: unknown;
  };
  [more: string]: unknown;
}

interface LogEntry {
  version: number;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  collection: string;
  object: FakeObject;
}

interface OpenWatch {
  request: WatchRequest;
  queue: WatchEvent[];
  ending: Error | 'closed' | undefined;
  wake: () => void;
}

/** An API server in memory, without wire: objects by path, compare-and-swap, lists in pages, watches. */
export interface FakeKube extends Kube {
  /** Requests in the order they came in. */
  requests: KubeRequest[];
  /** The `resourceVersion` of each watch that was opened. */
  watchedFrom: string[];
  /** May throw, or wait, before a request or a watch is looked at. */
  before: (request: KubeRequest | WatchRequest) => void | Promise<void>;
  /** Creates or replaces an object of a collection, as somebody else would. */
  put(collection: string, object: FakeObject): FakeObject;
  remove(collection: string, name: string): void;
  get(collection: string, name: string): FakeObject | undefined;
  /** Sends every open watch something out of the ordinary. */
  inject(event: WatchEvent): void;
  bookmark(): void;
  /** Watches show nothing for a while, and then everything. */
  holdWatches(held: boolean): void;
  /** Ends all watches in good order, or with an error. */
  endWatches(error?: Error): void;
  /** Forgets the past: watches from before now are answered with 410. */
  compact(): void;
  openWatches(): number;
}

/** @param clock the API server's */
export function fakeKube(clock: Pick<Clock, 'nowMs'> = systemClock): FakeKube {
  const objects = new Map<string, FakeObject>();
  const log: LogEntry[] = [];
  const watches = new Set<OpenWatch>();
  let version = 100;
  let compactedAt = 0;
  let held = false;
  let created = 0;

  function record(type: LogEntry['type'], collection: string, object: FakeObject): FakeObject {
    version += 1;
    const stored = structuredClone(object);
    stored.metadata.resourceVersion = String(version);
    log.push({ version, type, collection, object: stored });
    if (type === 'DELETED') objects.delete(`${collection}/${stored.metadata.name}`);
    else objects.set(`${collection}/${stored.metadata.name}`, stored);
    for (const watch of watches) {
      if (watch.request.path === collection) push(watch, { type, object: structuredClone(stored) });
    }
    return structuredClone(stored);
  }

  function push(watch: OpenWatch, event: WatchEvent): void {
    watch.queue.push(event);
    watch.wake();
  }

  function put(collection: string, object: FakeObject): FakeObject {
    const known = objects.get(`${collection}/${object.metadata.name}`);
    created += known === undefined ? 1 : 0;
    const uid = object.metadata.uid ?? known?.metadata.uid ?? `uid-${created}`;
    const complete = { ...object, metadata: { ...object.metadata, uid } };
    return record(known === undefined ? 'ADDED' : 'MODIFIED', collection, complete);
  }

  function list(collection: string, query: KubeRequest['query']): unknown {
    const all = [...objects].filter(([path]) => parentOf(path) === collection).map(([, object]) => object);
    const from = Number(query?.continue ?? 0);
    const limit = Number(query?.limit ?? all.length);
    const more = from + limit < all.length ? String(from + limit) : '';
    const items = structuredClone(all.slice(from, from + limit));
    return { metadata: { resourceVersion: String(version), continue: more }, items };
  }

  function answer({ method, path, query, body }: KubeRequest): unknown {
    const found = objects.get(path);
    const object = body as FakeObject;
    if (method === 'POST') {
      if (objects.has(`${path}/${object.metadata.name}`)) throw apiError(409, 'AlreadyExists');
      return put(path, object);
    }
    if (method === 'GET' && found === undefined && !path.split('/').at(-1)?.includes('-')) {
      return list(path, query);
    }
    if (found === undefined) throw apiError(404, 'NotFound');
    if (method === 'GET') return structuredClone(found);
    if (method === 'DELETE') return record('DELETED', parentOf(path), found);
    const expected = object.metadata?.resourceVersion;
    if (expected && expected !== found.metadata.resourceVersion) throw apiError(409, 'Conflict');
    return put(parentOf(path), method === 'PATCH' ? (merge(found, object) as FakeObject) : object);
  }

  const fake: FakeKube = {
    server: 'https://fake',
    namespace: 'default',
    user: 'fake',
    serverNowMs: () => clock.nowMs(),
    requests: [],
    watchedFrom: [],
    before: () => {},
    put,
    remove(collection, name) {
      const object = objects.get(`${collection}/${name}`);
      if (object !== undefined) record('DELETED', collection, object);
    },
    get: (collection, name) => structuredClone(objects.get(`${collection}/${name}`)),
    inject(event) {
      for (const watch of watches) push(watch, event);
    },
    bookmark() {
      fake.inject({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } });
    },
    holdWatches(hold) {
      held = hold;
      for (const watch of watches) watch.wake();
    },
    endWatches(error) {
      for (const watch of watches) {
        watch.ending = error ?? 'closed';
        watch.wake();
      }
    },
    compact() {
      compactedAt = version + 1;
    },
    openWatches: () => watches.size,
    async request(request) {
      fake.requests.push(request);
      await fake.before(request);
      request.signal?.throwIfAborted();
      return answer(request);
    },
    async *watch(request) {
      await fake.before(request);
      request.signal.throwIfAborted();
      fake.watchedFrom.push(request.resourceVersion);
      const from = Number(request.resourceVersion);
      if (from < compactedAt) throw apiError(410, 'Expired');
      const missed = log.filter((entry) => entry.version > from && entry.collection === request.path);
      const queue = missed.map(({ type, object }): WatchEvent => ({ type, object: structuredClone(object) }));
      const watch: OpenWatch = { request, queue, ending: undefined, wake: () => {} };
      watches.add(watch);
      const onAbort = () => watch.wake();
      request.signal.addEventListener('abort', onAbort);
      request.onOpen?.();
      try {
        while (true) {
          request.signal.throwIfAborted();
          const event = held ? undefined : watch.queue.shift();
          if (event !== undefined) yield event;
          else if (watch.ending === 'closed') return;
          else if (watch.ending !== undefined) throw watch.ending;
          else await new Promise<void>((resolve) => Object.assign(watch, { wake: resolve }));
        }
      } finally {
        watches.delete(watch);
        request.signal.removeEventListener('abort', onAbort);
      }
    },
    async close() {},
  };
  return fake;
}

/** An error as the API server would answer. */
export function apiError(code: number, reason: string, retryAfterMs?: number): ApiError {
  return new ApiError({ code, reason, message: `${reason} happened`, retryAfterMs });
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

/** JSON merge patch, RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(target as Record<string, unknown> | undefined) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
