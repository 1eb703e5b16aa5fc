import { type Clock, delay } from '../clock.ts';
import { coalescedListeners } from './coalesced-listeners.ts';
import { ConnectionError, type Kube } from './kube.ts';
import { isGone, type List, listAll } from './list.ts';
import { compareResourceVersions, resourceVersionOf } from './resource-version.ts';
import { describe, isFinal, mayResume, waitMs } from './watch-failures.ts';
import { type Change, type ChangeType, createWatchStore, identifyAll } from './watch-store.ts';

export interface WatchCacheOptions<T> {
  kube: Kube;
  /** Path of the collection; see `resourcePath`. */
  path: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Reduces an object to the fields to keep. Errors it throws are reported through `onProblem`. */
  parse(object: unknown): T;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  pageSize?: number | undefined;
  /** Called synchronously for each change, in order, before the listeners of `onChange`. */
  onEvent?: ((type: ChangeType, item: T, previous: T | undefined) => void) | undefined;
  /** Called when the watch breaks, for each failed attempt to restore it, and when it is restored. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
  /** Called for objects that cannot be parsed, and with errors thrown by `onEvent`. */
  onProblem?: ((error: Error) => void) | undefined;
  /** Retries the first list after every error: for processes that are not restarted manually. */
  retryFirstList?: boolean | undefined;
}

export type ConnectionState =
  | {
      kind: 'lost';
      /** Of the watched collection. */
      path: string;
      error: Error;
      /** Human-readable: which watch, why, and the wait the server requested. */
      reason: string;
      sinceMs: number;
      retryInMs: number;
    }
  | { kind: 'restored'; path: string; afterMs: number };

/** The current state of a collection, as far as its watch has reported it. */
export interface WatchCache<T> {
  /** By `namespace/name`, or by name for cluster-scoped objects. Live: updated by the watch. */
  readonly items: ReadonlyMap<string, T>;
  /** `items` includes everything up to this version; empty before the first list. */
  readonly resourceVersion: string;
  /** Since when the watch is broken, in the clock's monotonic milliseconds; undefined while it is live. */
  readonly staleSinceMs: number | undefined;
  /**
   * When the API server last responded, in the clock's monotonic milliseconds: with a list, an event, a
   * bookmark, or by accepting a watch. Undefined before the first list.
   */
  readonly heardAtMs: number | undefined;
  /** How long the watch has been broken, by the monotonic clock; undefined while it is live. */
  readonly brokenForMs: number | undefined;
  /** When the list behind the current items began, in monotonic milliseconds. */
  readonly listedAtMs: number;
  /** Lists again instead of waiting for the watch. Resolves when `items` reflects a list that began after this call. */
  relist(): Promise<void>;
  /**
   * Resolves when `items` shows everything that a list shows which began after this call: for decisions that must not
   * miss what another process did before. That list is only compared, so the watch continues; failed ones are retried.
   *
   * @param part of a collection of all namespaces; all of it by default
   * @throws ApiError if the list is refused; the signal's reason
   */
  reach(signal: AbortSignal, part?: { namespace: string; path: string }): Promise<void>;
  /**
   * Resolves after the first list. Rejects if that fails permanently (401, 403, 404, untrusted certificate,
   * …; not with `retryFirstList`) or the cache is stopped first. A server that does not respond is retried.
   */
  readonly synced: Promise<void>;
  /**
   * Calls the listener once per turn of the event loop in which items or resourceVersion changed. Returns a
   * function that removes it.
   */
  onChange(listener: () => void): () => void;
  /** Ends the watch; resolves when everything is released. */
  stop(): Promise<void>;
}

/** A watch that ends sooner counts as a failed attempt, to avoid flooding a server that ends watches immediately. */
const SHORT_WATCH_MS = 1_000;

/**
 * Lists a collection and keeps it up to date with a watch, without polling. When a watch ends, it resumes
 * from the last version; if the server rejects that version, with 410 or any other error, it lists again and
 * reports the differences. After the first list it never gives up: it reports since when it is stale, and
 * retries with growing, jittered waits, or longer (within a limit) if Retry-After asks for it.
 */
export function watchCache<T>(options: WatchCacheOptions<T>): WatchCache<T> {
  const { kube, path, clock } = options;
  const selectors = { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
  const store = createWatchStore(options.parse, (error) => options.onProblem?.(error));
  const stopping = new AbortController();
  const { signal } = stopping;
  const listeners = coalescedListeners();
  const firstList = Promise.withResolvers<void>();
  firstList.promise.catch(() => {});
  let resourceVersion = '';
  let staleSinceMs: number | undefined;
  let heardAtMs: number | undefined;
  let listedAtMs = Number.NEGATIVE_INFINITY;
  /** Ends the current list or watch, to list again. */
  let round = new AbortController();
  let asked: PromiseWithResolvers<void> | undefined;

  function report(changes: readonly Change<T>[], version: string): void {
    resourceVersion = version;
    for (const change of changes) hand(change);
    listeners.notify();
  }

  /** A change that cannot be processed must not hide the following ones. */
  function hand({ type, item, previous }: Change<T>): void {
    try {
      options.onEvent?.(type, item, previous);
    } catch (error) {
      options.onProblem?.(toError(error));
    }
  }

  async function list(): Promise<void> {
    const answering = asked;
    const startedAtMs = clock.monotonicMs();
    const both = AbortSignal.any([signal, round.signal]);
    const listed = await listAll(kube, { path, query: selectors, pageSize: options.pageSize, signal: both });
    both.throwIfAborted();
    heardAtMs = clock.monotonicMs();
    listedAtMs = startedAtMs;
    if (asked === answering) asked = undefined;
    answering?.resolve();
    report(store.replace(listed.items), listed.resourceVersion);
    firstList.resolve();
  }

  async function follow(onLive: () => void): Promise<void> {
    const both = AbortSignal.any([signal, round.signal]);
    const events = kube.watch({ path, query: selectors, resourceVersion, signal: both, onOpen: onLive });
    for await (const { type, object } of events) {
      both.throwIfAborted();
      onLive();
      const version = resourceVersionOf(object);
      report(type === 'BOOKMARK' ? [] : store.apply(type, object), version);
    }
  }

  /** Lists if necessary and watches until the watch ends; never throws. */
  async function runOnce(listFirst: boolean): Promise<Round> {
    const round: Round = { listed: !listFirst, lastedMs: 0, error: undefined };
    let liveSinceMs: number | undefined;
    const onLive = () => {
      heardAtMs = clock.monotonicMs();
      liveSinceMs ??= clock.monotonicMs();
      if (staleSinceMs === undefined) return;
      const afterMs = clock.monotonicMs() - staleSinceMs;
      staleSinceMs = undefined;
      options.onConnection?.({ kind: 'restored', path, afterMs });
    };
    try {
      if (listFirst) await list();
      round.listed = true;
      await follow(onLive);
    } catch (error) {
      round.error = toError(error);
    }
    if (liveSinceMs !== undefined) round.lastedMs = clock.monotonicMs() - liveSinceMs;
    return round;
  }

  async function run(): Promise<void> {
    let listFirst = true;
    for (let failures = 0; !signal.aborted; ) {
      const { error, lastedMs, listed } = await runOnce(listFirst);
      if (signal.aborted) return;
      if (round.signal.aborted) {
        round = new AbortController();
        listFirst = true;
        continue;
      }
      if (resourceVersion === '' && error !== undefined && isFinal(error) && !options.retryFirstList) {
        return firstList.reject(error);
      }
      const relistNow = isGone(error) && !listFirst;
      listFirst = !listed || !mayResume(error, failures);
      if (lastedMs >= SHORT_WATCH_MS) failures = 0;
      if (error === undefined && failures === 0 && lastedMs >= SHORT_WATCH_MS) continue;
      const failure = error ?? new ConnectionError(`the server ended the watch of ${path} immediately`);
      const retryInMs = relistNow ? 0 : waitMs(failure, failures, options.random());
      failures += 1;
      staleSinceMs ??= clock.monotonicMs();
      const reason = describe(path, failure, retryInMs);
      options.onConnection?.({
        kind: 'lost',
        path,
        error: failure,
        reason,
        sinceMs: staleSinceMs,
        retryInMs,
      });
      await delay(clock, retryInMs, signal).catch(() => {});
    }
  }

  async function listPatiently(path: string, signal: AbortSignal): Promise<List> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await listAll(kube, { path, query: selectors, pageSize: options.pageSize, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (isFinal(toError(error))) throw error;
        await delay(clock, waitMs(toError(error), failures, options.random()), signal);
      }
    }
  }

  async function until(holds: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => holds() && resolve();
    const onAbort = () => reject(signal.reason);
    const remove = listeners.add(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    look();
    await promise.finally(() => {
      signal.removeEventListener('abort', onAbort);
      remove();
    });
  }

  const running = run();
  return {
    items: store.items,
    get resourceVersion() {
      return resourceVersion;
    },
    get staleSinceMs() {
      return staleSinceMs;
    },
    get heardAtMs() {
      return heardAtMs;
    },
    get brokenForMs() {
      return staleSinceMs === undefined ? undefined : clock.monotonicMs() - staleSinceMs;
    },
    get listedAtMs() {
      return listedAtMs;
    },
    relist() {
      // A list in progress may have begun before the state the caller needs.
      asked ??= Promise.withResolvers<void>();
      asked.promise.catch(() => {});
      round.abort(new Error(`${path} is being listed again`));
      return asked.promise;
    },
    async reach(given, part) {
      const either = AbortSignal.any([given, signal]);
      const target = identifyAll(await listPatiently(part?.path ?? path, either));
      const isReached = () =>
        compareResourceVersions(resourceVersion, target.resourceVersion) >= 0 ||
        (compareResourceVersions(resourceVersion, target.newest) >= 0 &&
          !store.hasOther(target, part?.namespace));
      await until(isReached, either);
    },
    synced: firstList.promise,
    onChange: listeners.add,
    async stop() {
      const reason = new Error(`the cache of ${path} was stopped`);
      stopping.abort(reason);
      firstList.reject(reason);
      asked?.reject(reason);
      listeners.clear();
      await running;
    },
  };
}

/** Result of one list and watch. */
interface Round {
  /** Whether the items are from a list that succeeded. */
  listed: boolean;
  /** How long the watch was live. */
  lastedMs: number;
  /** Undefined if the server ended the watch normally. */
  error: Error | undefined;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
