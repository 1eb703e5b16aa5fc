import { type Clock, settledWithin } from '../clock.ts';
import { harmless } from '../plain-text.ts';
import type { Kube } from './kube.ts';
import { resourcePath } from './paths.ts';

/** The object that an Event is about. Without its uid, `kubectl describe` does not find the Event. */
export interface Regarding {
  apiVersion: string;
  kind: string;
  namespace: string;
  name: string;
  uid?: string | undefined;
}

export interface NewEvent {
  regarding: Regarding;
  type: 'Normal' | 'Warning';
  /** Why it was recorded: one CamelCase word. */
  reason: string;
  /** What was done or attempted: one word. */
  action: string;
  /** Human-readable; truncated to the API's limit. */
  note: string;
}

/** Writes Kubernetes Events, best effort and rate-limited; callers do not wait for them. */
export interface EventRecorder {
  /** @returns whether it is being written; false if the rate limit was exceeded */
  record(event: NewEvent): boolean;
  /** Resolves when all pending Events are written or have failed, or after `patienceMs`. */
  settled(patienceMs: number): Promise<void>;
}

export interface EventRecorderOptions {
  kube: Kube;
  clock: Clock;
  /** Such as `kubectl-zone.dev/webhook`. */
  controller: string;
  /** The instance of the controller. */
  instance: string;
  /** Maximum burst of Events. */
  burst: number;
  /** Sustained Events per minute. */
  perMinute: number;
  onError(error: unknown, event: NewEvent): void;
}

const TIMEOUT_MS = 5_000;
/** The API's limits are 1024 and 128 characters. */
const LONGEST_NOTE = 1_000;
const LONGEST_INSTANCE = 128;

/** Creates a recorder of `events.k8s.io/v1` Events. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { kube, clock, burst, perMinute } = options;
  const underWay = new Set<Promise<void>>();
  let tokens = burst;
  let refilledMs = clock.monotonicMs();

  function takeToken(): boolean {
    const nowMs = clock.monotonicMs();
    tokens = Math.min(burst, tokens + ((nowMs - refilledMs) * perMinute) / 60_000);
    refilledMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  }

  return {
    record(event) {
      if (!takeToken()) return false;
      const { namespace } = event.regarding;
      const path = resourcePath({ group: 'events.k8s.io', version: 'v1', resource: 'events', namespace });
      const body = eventBody(event, options, kube.serverNowMs());
      const writing: Promise<void> = kube
        .request({ method: 'POST', path, body, timeoutMs: TIMEOUT_MS })
        .then(
          () => {},
          (error: unknown) => options.onError(error, event),
        )
        .finally(() => underWay.delete(writing));
      underWay.add(writing);
      return true;
    },
    settled: (patienceMs) => settledWithin(clock, patienceMs, Promise.all(underWay)),
  };
}

function eventBody(
  { regarding, type, reason, action, note }: NewEvent,
  { controller, instance }: EventRecorderOptions,
  atMs: number,
): object {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${regarding.name}-`, namespace: regarding.namespace },
    regarding,
    type,
    reason,
    action,
    note: harmless(note).slice(0, LONGEST_NOTE),
    eventTime: microTime(atMs),
    reportingController: controller,
    reportingInstance: instance.slice(0, LONGEST_INSTANCE),
  };
}

function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
