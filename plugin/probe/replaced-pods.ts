/** Pods that were evicted and whose successors are not available yet, derived from events. */
export interface ReplacedPods<E> {
  see(event: E): void;
  /** In the order of eviction. */
  names(): readonly string[];
}

/** A reporter that also passes every event to these pods. */
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
