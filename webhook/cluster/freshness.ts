/** Whether the caches can be trusted (L7), and how stale ones are refreshed (L9). */
import { type Clock, delay } from '../../shared/clock.ts';
import type { WatchCache } from '../../shared/kube/watch-cache.ts';
import { type Log, messageOf } from '../telemetry/log.ts';

/** A resource without any update for too long. */
export interface Doubt {
  resource: string;
  forMs: number;
}

export interface Freshness {
  /** Undefined while every cache is current. */
  doubt(): Doubt | undefined;
  /** When the list that the cache is based on began, on the monotonic clock. */
  listedAtMs(resource: string): number;
  /** Lists these resources again; resolves when done or after a bounded time. */
  refresh(resources: Iterable<string>): Promise<void>;
  stop(): void;
}

type Heard = Pick<WatchCache<unknown>, 'heardAtMs' | 'brokenForMs' | 'listedAtMs' | 'relist'>;

/** A broken watch normally recovers within a second. */
const LONGEST_BREAK_MS = 5_000;
/**
 * The API server sends a bookmark every minute; without one the resource is listed, and later the cache is not trusted.
 */
const LIST_AFTER_MS = 75_000;
const LONGEST_SILENCE_MS = 100_000;
const LOOK_EVERY_MS = 5_000;
/** Lists of thousands of pods take a while and must not run back to back. */
const BETWEEN_LISTS_MS = 5_000;
const PATIENCE_MS = 20_000;

/** @param caches by resource; live */
export function createFreshness(caches: ReadonlyMap<string, Heard>, clock: Clock, log: Log): Freshness {
  const stopping = new AbortController();
  const lists = new Map<string, { startedAtMs: number; done: Promise<void>; isDone: boolean }>();
  const silentForMs = ({ heardAtMs }: Heard) =>
    heardAtMs === undefined ? 0 : clock.monotonicMs() - heardAtMs;

  function list(resource: string): Promise<void> {
    const before = lists.get(resource);
    // A list that takes longer than that must not be restarted: it would never finish.
    const isRecent = before && clock.monotonicMs() - before.startedAtMs < BETWEEN_LISTS_MS;
    if (before && (isRecent || !before.isDone)) return before.done;
    const startedAtMs = clock.monotonicMs();
    const listed = caches.get(resource)?.relist() ?? Promise.resolve();
    const done = listed
      .catch((error) => {
        if (!stopping.signal.aborted) log.warn({ resource, error: messageOf(error) }, 'list failed');
      })
      .then(() => {
        lists.set(resource, { startedAtMs, done, isDone: true });
      });
    lists.set(resource, { startedAtMs, done, isDone: false });
    return done;
  }

  async function lookAfterSilent(): Promise<void> {
    while (!stopping.signal.aborted) {
      await delay(clock, LOOK_EVERY_MS, stopping.signal);
      for (const [resource, cache] of caches) {
        if (cache.brokenForMs === undefined && silentForMs(cache) > LIST_AFTER_MS) void list(resource);
      }
    }
  }
  lookAfterSilent().catch(() => {});

  return {
    doubt() {
      for (const [resource, cache] of caches) {
        const { brokenForMs = 0 } = cache;
        if (brokenForMs > LONGEST_BREAK_MS) return { resource, forMs: brokenForMs };
        if (silentForMs(cache) > LONGEST_SILENCE_MS) return { resource, forMs: silentForMs(cache) };
      }
      return undefined;
    },
    listedAtMs: (resource) => caches.get(resource)?.listedAtMs ?? Number.POSITIVE_INFINITY,
    async refresh(resources) {
      const all = Promise.all([...resources].map(list));
      const waited = new AbortController();
      const patience = delay(clock, PATIENCE_MS, AbortSignal.any([waited.signal, stopping.signal]));
      await Promise.race([all, patience.catch(() => {})]);
      waited.abort(new Error('listed'));
    },
    stop: () => stopping.abort(new Error('stopping')),
  };
}
