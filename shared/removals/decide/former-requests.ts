import { compareResourceVersions } from '../../kube/resource-version.ts';
import { REQUEST_LIFE_MS, type RemovablePod } from './unanswered.ts';

/**
 * Requests to remove pods of a workload that an earlier holder of its Lease may have sent, and that the API
 * server may still carry out (rule R10).
 *
 * - `named`: for these pods at most, each with the pod's uid and version as preconditions.
 * - `any`: for any pod, each with the pod's uid and version as preconditions.
 * - `unbound`: not for pods, such as scaling a ReplicaSet: no change of the pods can prevent them.
 */
export type FormerRequests =
  | { kind: 'named'; by: string; uids: readonly string[] }
  | { kind: 'any' | 'unbound'; by: string };

/** After a failed write, and while the API server is about to delete the pod. */
const RETRY_MS = 2_000;

/**
 * Determines when no former request can be carried out any more. Pure: the caller changes the pods that
 * `look` returns and reports each response.
 *
 * A request has its pod's version as a precondition, so a change of the pod written after the Lease was
 * acquired makes it impossible. Only such a change counts, and not a different version in the watch, which
 * may be older than the one in the request. The watch must have reached the responses before any decision is
 * based on it: a pod may have started to terminate directly before our change.
 */
export class Settlement {
  readonly #former: FormerRequests;
  readonly #uids: ReadonlySet<string> | undefined;
  readonly #endsAtMs: number;
  /** By uid: the version after our change; undefined for a pod that is gone. */
  readonly #changed = new Map<string, string | undefined>();
  /** By uid: the earliest time of the next change. */
  readonly #notBeforeMs = new Map<string, number>();
  #forbidden = false;
  #over = false;

  /** @param takenAtMs when the Lease was acquired, by the monotonic clock like all times here */
  constructor(former: FormerRequests, takenAtMs: number) {
    this.#former = former;
    this.#uids = former.kind === 'named' ? new Set(former.uids) : undefined;
    this.#endsAtMs = takenAtMs + REQUEST_LIFE_MS;
  }

  get over(): boolean {
    return this.#over;
  }

  /**
   * Updates the state from all pods of the workload; the watch must be up to date.
   *
   * @returns the pods to change now, and when to look again if nothing changes
   */
  look<P extends RemovablePod>(pods: Iterable<P>, nowMs: number): { change: P[]; againAtMs: number } {
    if (nowMs >= this.#endsAtMs) this.#over = true;
    const none = { change: [], againAtMs: this.#endsAtMs };
    if (this.#over || this.#former.kind === 'unbound') return none;
    const open = [...pods].filter((pod) => this.#isSuspect(pod) && !this.#isSettled(pod));
    this.#over = open.length === 0;
    if (this.#over || this.#forbidden) return none;
    const due = open.filter(({ uid }) => !this.#changed.has(uid));
    const change = due.filter(({ uid }) => (this.#notBeforeMs.get(uid) ?? nowMs) <= nowMs);
    for (const { uid } of change) this.#notBeforeMs.set(uid, Number.POSITIVE_INFINITY);
    const later = due.map(({ uid }) => this.#notBeforeMs.get(uid) ?? nowMs);
    return { change, againAtMs: Math.min(this.#endsAtMs, ...later) };
  }

  /** The pod after our change. */
  changed({ uid, resourceVersion, marked, terminating }: RemovablePod, nowMs: number): void {
    // Marked, it may be about to be deleted at its current version.
    if (marked && !terminating) this.#notBeforeMs.set(uid, nowMs + RETRY_MS);
    else this.#changed.set(uid, resourceVersion);
  }

  /** The pod no longer exists. */
  gone(uid: string): void {
    this.#changed.set(uid, undefined);
  }

  /** The pod could not be changed; retried later. */
  failed(uid: string, nowMs: number): void {
    this.#notBeforeMs.set(uid, nowMs + RETRY_MS);
  }

  /** Changing pods is forbidden: the requests end only by time. */
  forbidden(): void {
    this.#forbidden = true;
  }

  #isSuspect({ uid }: RemovablePod): boolean {
    return this.#uids?.has(uid) ?? true;
  }

  #isSettled({ uid, resourceVersion, terminating }: RemovablePod): boolean {
    if (terminating) return true;
    const version = this.#changed.get(uid);
    return version !== undefined && compareResourceVersions(resourceVersion, version) >= 0;
  }
}
