import { type Clock, settledWithin } from '../clock.ts';
import { harmless } from '../plain-text.ts';
import type { Kube } from './kube.ts';
import { resourcePath } from './paths.ts';

/** The object that an Event is about. Without its uid `kubectl describe` does not find the Event. */
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
  /** Why it was recorded, one word in CamelCase. */
  reason: string;
  /** What was done or tried, one word. */
  action: string;
  /** For people; what is longer than the API takes is cut off. */
  note: string;
}

/** Writes Kubernetes Events, best effort: nobody waits for them, and no more are written than the rate allows. */
export interface EventRecorder {
  /** @returns whether it is being written; false when there were too many lately */
  record(event: NewEvent): boolean;
  /** Resolves once all Events under way are written or have failed, or after this time. */
  settled(patienceMs: number): Promise<void>;
}

export interface EventRecorderOptions {
  kube: Kube;
  clock: Clock;
  /** Such as `kubectl-zone.dev/webhook`. */
  controller: string;
  /** Which of its processes. */
  instance: string;
  /** Events that may come together. */
  burst: number;
  /** Events in a minute, in the long run. */
  perMinute: number;
  onError(error: unknown, event: NewEvent): void;
}

const TIMEOUT_MS = 5_000;
/** The API's limits are 1024 and 128 characters. */
const LONGEST_NOTE = 1_000;
const LONGEST_INSTANCE = 128;

/** Makes a recorder of `events.k8s.io/v1` Events. */
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
      const body = eventBody(event, options, clock.nowMs() + kube.clockSkewMs);
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
