import type { Clock } from '../../shared/clock.ts';
import { createEventRecorder } from '../../shared/kube/event-recorder.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { type Log, messageOf } from './log.ts';

export interface Denial {
  namespace: string;
  pod: string;
  /** The uid that the eviction is bound to. */
  uid: string | undefined;
  message: string;
}

/** Reports denied evictions to the owners of the pod as Kubernetes Events. */
export interface DenialEvents {
  record(denial: Denial): void;
}

export interface DenialEventsOptions {
  kube: Kube;
  clock: Clock;
  log: Log;
  /** The reporting instance: this replica. */
  identity: string;
}

/** kubectl drain retries every 5 s; one Event per pod in this time is enough. */
const PER_POD_MS = 5 * 60_000;
/** For all pods together. */
const PER_MINUTE = 30;
const PODS_KEPT = 5_000;

export function createDenialEvents({ kube, clock, log, identity }: DenialEventsOptions): DenialEvents {
  const lastMs = new Map<string, number>();
  const recorder = createEventRecorder({
    kube,
    clock,
    controller: 'kubectl-zone.dev/webhook',
    instance: identity,
    burst: PER_MINUTE,
    perMinute: PER_MINUTE,
    onError: (error, { regarding }) =>
      log.warn({ pod: regarding.name, error: messageOf(error) }, 'Event could not be recorded'),
  });

  return {
    record({ namespace, pod, uid, message }) {
      const key = `${namespace}/${pod}`;
      const nowMs = clock.monotonicMs();
      if (nowMs - (lastMs.get(key) ?? Number.NEGATIVE_INFINITY) < PER_POD_MS) return;
      const recorded = recorder.record({
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name: pod, uid },
        type: 'Warning',
        reason: 'EvictionDenied',
        action: 'Evicting',
        note: message,
      });
      if (!recorded) return;
      lastMs.delete(key);
      lastMs.set(key, nowMs);
      const [oldest] = lastMs.keys();
      if (lastMs.size > PODS_KEPT && oldest !== undefined) lastMs.delete(oldest);
    },
  };
}
