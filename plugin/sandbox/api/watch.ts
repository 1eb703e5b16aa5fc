import type { Clock } from '../../../shared/clock.ts';
import type { Change } from '../store/history.ts';
import { jsonOf, type KubeObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { expired, StatusError, tooLargeVersion } from './errors.ts';
import { filterOf, flag, wholeNumber } from './query.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { type Filter, matches } from './selectors.ts';
import { viewOf } from './view.ts';

/** The output of a watch; in practice the HTTP response. */
export interface Sink {
  write(line: string): void;
  end(): void;
}

type EventType = Change['type'] | 'BOOKMARK' | 'ERROR';

const BOOKMARK_INTERVAL_MS = 60_000;
const DEFAULT_TIMEOUT_S = 1800;

/** The open watches, so that all can be closed at once. */
export class Watches {
  /** Whether an expired version gets HTTP status 410 instead of an ERROR event. */
  refuseExpired = false;
  private readonly open = new Set<(isExpired?: boolean) => void>();
  private readonly store: Store;
  private readonly clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.store = store;
    this.clock = clock;
  }

  /**
   * Prepares a watch; the returned function starts it on a sink and returns a function that ends it. An expired version
   * gets an ERROR event of code 410, as from the real server's watch cache; `refuseExpired` makes it an HTTP status,
   * which clients must also handle.
   *
   * @param render returns the JSON of an event's object, by default the complete object (otherwise tables or metadata)
   * @throws StatusError Timeout (504) for a version that does not exist yet, Invalid (422) for sendInitialEvents, like
   * a server without the WatchList feature
   */
  prepare(
    resource: Resource,
    target: { namespace?: string | undefined; name?: string | undefined },
    query: URLSearchParams,
    render: (object: KubeObject) => string = jsonOf,
  ): (sink: Sink) => () => void {
    if (query.has('sendInitialEvents'))
      throw new StatusError(
        422,
        'Invalid',
        'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
        {
          group: 'meta.k8s.io',
          kind: 'ListOptions',
          causes: [{ reason: 'FieldValueForbidden', field: 'sendInitialEvents' }],
        },
      );
    const filter = filterOf(resource, query, target.name);
    const asked = wholeNumber(query, 'resourceVersion') ?? 0;
    if (asked > this.store.version) throw tooLargeVersion(asked, this.store.version);
    const missed = () =>
      asked > 0 ? this.store.since(asked) : initial(this.store, resource, target.namespace);
    if (this.refuseExpired && !missed()) throw expired(asked, this.store.version);
    const timeoutMs = (wholeNumber(query, 'timeoutSeconds') ?? DEFAULT_TIMEOUT_S) * 1000;
    const relevant = (change: Change) =>
      change.resource === resource.storage &&
      (!target.namespace || change.object.metadata.namespace === target.namespace);

    return (sink) => {
      const send = (change: Change) => {
        if (!relevant(change)) return;
        const type = seenAs(filter, change);
        if (type) sink.write(eventLine(type, render(viewOf(resource, change.object))));
      };
      // Read at the start of the watch, not at its preparation: no change in between must be lost.
      const changes = missed();
      if (!changes) {
        fail(sink, asked, this.store.version);
        return () => {};
      }
      changes.forEach(send);
      const stops = [
        this.store.subscribe(send),
        this.clock.schedule(timeoutMs, () => end()),
        ...(flag(query, 'allowWatchBookmarks') ? [this.bookmarks(resource, sink)] : []),
      ];
      const end = (isExpired = false) => {
        if (!this.open.delete(end)) return;
        for (const stop of stops) stop();
        if (isExpired) fail(sink, asked, this.store.version);
        else sink.end();
      };
      this.open.add(end);
      return () => end();
    };
  }

  /**
   * Ends every open watch, as API servers do from time to time; clients resume from their last version, or list again
   * after an ERROR event of code 410.
   */
  closeAll(isExpired = false): void {
    for (const end of [...this.open]) end(isExpired);
  }

  private bookmarks(resource: Resource, sink: Sink): () => void {
    const next = () => {
      sink.write(eventLine('BOOKMARK', bookmarkJson(resource, this.store.version)));
      cancel = this.clock.schedule(BOOKMARK_INTERVAL_MS, next);
    };
    let cancel = this.clock.schedule(BOOKMARK_INTERVAL_MS, next);
    return () => cancel();
  }
}

/** One line of a watch response. */
export function eventLine(type: EventType, objectJson: string): string {
  return `{"type":"${type}","object":${objectJson}}\n`;
}

function fail(sink: Sink, asked: number, version: number): void {
  sink.write(eventLine('ERROR', JSON.stringify(expired(asked, version).status())));
  sink.end();
}

/**
 * The type of a change seen through a selector: DELETED for an object that stops matching, ADDED for one that starts
 * to.
 */
function seenAs(filter: Filter, { type, object, previous }: Change): Change['type'] | undefined {
  if (!filter.labels && filter.fields.length === 0) return type;
  const before = previous !== undefined && matches(filter, previous);
  const after = type !== 'DELETED' && matches(filter, object);
  if (before && after) return 'MODIFIED';
  if (after) return 'ADDED';
  return before ? 'DELETED' : undefined;
}

function initial(store: Store, resource: Resource, namespace: string | undefined): Change[] {
  return store.list(resource.storage, namespace).map((object) => ({
    version: store.version,
    resource: resource.storage,
    type: 'ADDED',
    object,
    previous: undefined,
  }));
}

function bookmarkJson(resource: Resource, version: number): string {
  return JSON.stringify({
    kind: resource.kind,
    apiVersion: groupVersionOf(resource),
    metadata: { resourceVersion: String(version), creationTimestamp: null },
  });
}
