import type { RolloutEvent } from '../../shared/rollout/drive/events.ts';
import type { DrainEvent } from '../drain/events.ts';

/** Pods that were taken and whose successors do not serve yet, as far as events tell. */
export interface ReplacedPods<E> {
  see(event: E): void;
  /** In the order in which they were taken. */
  names(): readonly string[];
}

/** A reporter that also shows these pods every event. */
export function followedBy<E>(reporter: Reporting<E>, pods: ReplacedPods<E>): Reporting<E> {
  return {
    report(event) {
      pods.see(event);
      reporter.report(event);
    },
    close: () => reporter.close(),
  };
}

interface Reporting<E> {
  report(event: E): void;
  close(): Promise<void>;
}

/** Each pod from its eviction until it is back. */
export function podsOfRollout(): ReplacedPods<RolloutEvent> {
  const out = new Set<string>();
  return {
    see(event) {
      if (event.type === 'pod-evicted') out.add(event.pod);
      if (event.type === 'pod-back') out.delete(event.pod);
    },
    names: () => [...out],
  };
}

/** A drained pod comes back under another name, or elsewhere: it is out until every workload is whole. */
export function podsOfDrain(): ReplacedPods<DrainEvent> {
  const leaving = new Set<string>();
  const gone = new Set<string>();
  return {
    see(event) {
      if (event.type === 'pod-evicted') leaving.add(event.pod);
      if (event.type === 'pod-gone') {
        leaving.delete(event.pod);
        gone.add(event.pod);
      }
      if (event.type === 'snapshot' && event.snapshot.waitingFor.length === 0) gone.clear();
    },
    names: () => [...gone, ...leaving],
  };
}
