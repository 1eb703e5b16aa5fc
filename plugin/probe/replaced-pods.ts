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
