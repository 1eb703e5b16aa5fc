import type { Clock } from '../shared/clock.ts';
import type { Kube } from '../shared/kube/kube.ts';
import { resourcePath } from '../shared/kube/paths.ts';
import { type Log, messageOf } from './log.ts';

export interface Denial {
  namespace: string;
  pod: string;
  message: string;
}

/** Tells the owners of a pod, by Kubernetes Events, that its eviction was denied. */
export interface DenialEvents {
  record(denial: Denial): void;
}

export interface DenialEventsOptions {
  kube: Kube;
  clock: Clock;
  log: Log;
  /** Reporting instance: the replica. */
  identity: string;
}

/** kubectl drain asks again every 5 s: one Event in this time says it all. */
const PER_POD_MS = 5 * 60_000;
/** For all pods together, refilled evenly over a minute. */
const PER_MINUTE = 30;
const PODS_KEPT = 5_000;

export function createDenialEvents({ kube, clock, log, identity }: DenialEventsOptions): DenialEvents {
  const lastMs = new Map<string, number>();
  let tokens = PER_MINUTE;
  let refilledMs = clock.nowMs();

  function mayRecord(key: string): boolean {
    const nowMs = clock.nowMs();
    tokens = Math.min(PER_MINUTE, tokens + ((nowMs - refilledMs) * PER_MINUTE) / 60_000);
    refilledMs = nowMs;
    if (tokens < 1 || nowMs - (lastMs.get(key) ?? Number.NEGATIVE_INFINITY) < PER_POD_MS) return false;
    tokens -= 1;
    lastMs.delete(key);
    lastMs.set(key, nowMs);
    const [oldest] = lastMs.keys();
    if (lastMs.size > PODS_KEPT && oldest !== undefined) lastMs.delete(oldest);
    return true;
  }

  return {
    record({ namespace, pod, message }) {
      if (!mayRecord(`${namespace}/${pod}`)) return;
      const body = {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { generateName: `${pod}-`, namespace },
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name: pod },
        reason: 'EvictionDenied',
        action: 'Evicting',
        type: 'Warning',
        // The API's limit is 1024 characters.
        note: message.slice(0, 1000),
        eventTime: microTime(clock.nowMs()),
        reportingController: 'kubectl-zone.dev/webhook',
        reportingInstance: identity,
      };
      const path = resourcePath({ group: 'events.k8s.io', version: 'v1', resource: 'events', namespace });
      kube
        .request({ method: 'POST', path, body, timeoutMs: 5_000 })
        .catch((error) => log.warn({ pod, error: messageOf(error) }, 'Event could not be recorded'));
    },
  };
}

function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace('Z', '000Z');
}
