import { type Clock, delay } from '../clock.ts';
import { coalescedListeners } from './coalesced-listeners.ts';
import { ApiError, ConnectionError, type Kube } from './kube.ts';
import { isGone, listAll } from './list.ts';
import { resourceVersionOf } from './resource-version.ts';
import { type Change, type ChangeType, createWatchStore } from './watch-store.ts';
import { WireError } from './wire.ts';

export interface WatchCacheOptions<T> {
  kube: Kube;
  /** Path of the collection; see `resourcePath`. */
  path: string;
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
  /** Trims an object to what is kept. What it throws is reported through `onProblem`. */
  parse(object: unknown): T;
  clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  random: () => number;
  pageSize?: number | undefined;
  /** Called for each change at once, in order, before the listeners of `onChange`. */
  onEvent?: ((type: ChangeType, item: T, previous: T | undefined) => void) | undefined;
  /** Called when the watch breaks, again for each failed attempt to mend it, and when it is mended. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
  /** Told about objects that cannot be read. */
  onProblem?: ((error: Error) => void) | undefined;
}

export type ConnectionState =
  | { kind: 'lost'; error: Error; sinceMs: number; retryInMs: number }
  | { kind: 'restored'; afterMs: number };

/** What a collection looks like now, as far as its watch has told. */
export interface WatchCache<T> {
  /** By `namespace/name`, or by name for cluster-scoped objects. Live: it changes with the watch. */
  readonly items: ReadonlyMap<string, T>;
  /** Everything up to this version is in `items`; empty before the first list. */
  readonly resourceVersion: string;
  /** Since when the watch has been broken, in the clock's milliseconds; undefined while it is live. */
  readonly staleSinceMs: number | undefined;
  /** Resolves after the first list. Rejects when that fails for good (401, 403, 404, untrusted certificate, …) or
   * the cache is stopped before. A server that does not answer is asked again. */
  readonly synced: Promise<void>;
  /** Calls the listener once per turn of the event loop in which items or resourceVersion changed. Returns the
   * function that stops it. */
  onChange(listener: () => void): () => void;
  /** Ends the watch; resolves when nothing of it is left. */
  stop(): Promise<void>;
}

/** A watch that ended sooner than this counts as a failed attempt, lest a server that ends it at once be flooded. */
const SHORT_WATCH_MS = 1_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** For errors that somebody has to mend, such as a permission that was taken away. */
const LONGEST_REFUSED_WAIT_MS = 60_000;

/**
 * Lists a collection and keeps it up to date by a watch, without polling. After a watch ended it resumes from the
 * version reached; when the server no longer knows that version (410) it lists again and reports the differences.
 * After the first list it never gives up: it says since when it has been stale, and keeps trying with growing,
 * jittered waits, longer if Retry-After says so.
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

  function report(changes: readonly Change<T>[], version: string): void {
    resourceVersion = version;
    for (const { type, item, previous } of changes) options.onEvent?.(type, item, previous);
    listeners.notify();
  }

  async function list(): Promise<void> {
    const listed = await listAll(kube, { path, query: selectors, pageSize: options.pageSize, signal });
    signal.throwIfAborted();
    report(store.replace(listed.items), listed.resourceVersion);
    firstList.resolve();
  }

  async function follow(onLive: () => void): Promise<void> {
    const events = kube.watch({ path, query: selectors, resourceVersion, signal, onOpen: onLive });
    for await (const { type, object } of events) {
      signal.throwIfAborted();
      onLive();
      const version = resourceVersionOf(object);
      report(type === 'BOOKMARK' ? [] : store.apply(type, object), version);
    }
  }

  /** Lists if need be and watches until that ends; never throws. */
  async function runOnce(listFirst: boolean): Promise<Round> {
    const round: Round = { listed: !listFirst, lastedMs: 0, error: undefined };
    let liveSinceMs: number | undefined;
    const onLive = () => {
      liveSinceMs ??= clock.nowMs();
      if (staleSinceMs === undefined) return;
      const afterMs = clock.nowMs() - staleSinceMs;
      staleSinceMs = undefined;
      options.onConnection?.({ kind: 'restored', afterMs });
    };
    try {
      if (listFirst) await list();
      round.listed = true;
      await follow(onLive);
    } catch (error) {
      round.error = error instanceof Error ? error : new Error(String(error));
    }
    if (liveSinceMs !== undefined) round.lastedMs = clock.nowMs() - liveSinceMs;
    return round;
  }

  async function run(): Promise<void> {
    let listFirst = true;
    for (let failures = 0; !signal.aborted; ) {
      const { error, lastedMs, listed } = await runOnce(listFirst);
      if (signal.aborted) return;
      if (resourceVersion === '' && error !== undefined && isFinal(error)) return firstList.reject(error);
      const relistNow = isGone(error) && !listFirst;
      listFirst = !listed || isGone(error);
      if (lastedMs >= SHORT_WATCH_MS) failures = 0;
      if (error === undefined && failures === 0 && lastedMs >= SHORT_WATCH_MS) continue;
      const failure = error ?? new ConnectionError(`the server ended the watch of ${path} at once`);
      const retryInMs = relistNow ? 0 : waitMs(failure, failures, options.random());
      failures += 1;
      staleSinceMs ??= clock.nowMs();
      options.onConnection?.({ kind: 'lost', error: failure, sinceMs: staleSinceMs, retryInMs });
      await delay(clock, retryInMs, signal).catch(() => {});
    }
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
    synced: firstList.promise,
    onChange: listeners.add,
    async stop() {
      const reason = new Error(`the cache of ${path} was stopped`);
      stopping.abort(reason);
      firstList.reject(reason);
      listeners.clear();
      await running;
    },
  };
}

/** How one list and watch went. */
interface Round {
  /** Whether the items are those of a list that succeeded. */
  listed: boolean;
  /** How long the watch was live. */
  lastedMs: number;
  /** Undefined when the server ended the watch in good order. */
  error: Error | undefined;
}

/** Errors that no waiting will mend, as far as a first attempt can tell. */
function isFinal(error: Error): boolean {
  if (error instanceof WireError) return error.final;
  if (error instanceof ConnectionError) return false;
  if (!(error instanceof ApiError)) return true;
  return error.code >= 400 && error.code < 500 && ![408, 409, 410, 429].includes(error.code);
}

/** Doubles from 500 ms, between half and all of it by chance, and never before what Retry-After asks for. */
function waitMs(error: Error, failures: number, random: number): number {
  const refused = error instanceof ApiError && isFinal(error);
  const longestMs = refused ? LONGEST_REFUSED_WAIT_MS : LONGEST_WAIT_MS;
  const backoffMs = Math.min(FIRST_WAIT_MS * 2 ** failures, longestMs) * (0.5 + random / 2);
  return Math.max(backoffMs, error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0);
}
