import { compareResourceVersions } from '../../kube/resource-version.ts';
import { REQUEST_LIFE_MS, type RemovablePod } from './unanswered.ts';

/**
 * Requests to remove pods of a workload that an earlier holder of its Lease may have sent, and that the API server may
 * still carry out (rule R10).
 *
 * - `named`: for these pods at most, each bound to its pod as it was.
 * - `any`: for any pod, each bound to its pod as it was.
 * - `unbound`: not for pods, such as a new size for a ReplicaSet: nothing that is done to pods makes them impossible.
 */
export type FormerRequests =
  | { kind: 'named'; by: string; uids: readonly string[] }
  | { kind: 'any' | 'unbound'; by: string };

/** After a write that failed, and while the API server is about to delete the pod. */
const RETRY_MS = 2_000;

/**
 * Finds out when no former request can be carried out any more. Pure: whoever uses it changes the pods that `look` names
 * and reports each answer.
 *
 * A request is bound to a version of its pod, so a change of the pod that is written after the Lease was taken makes it
 * impossible. Only such a change counts, and not another version in the watch, which may be older than the one that a
 * request is bound to. What the answers say has to be in the watch before anything is decided by the watch: a pod may
 * have begun to terminate right before our change.
 */
export class Settlement {
  readonly #former: FormerRequests;
  readonly #uids: ReadonlySet<string> | undefined;
  readonly #endsAtMs: number;
  /** By uid: the version that our change gave the pod; undefined for a pod that is gone. */
  readonly #changed = new Map<string, string | undefined>();
  /** By uid: not to be changed again before. */
  readonly #notBeforeMs = new Map<string, number>();
  #forbidden = false;
  #over = false;

  /** @param takenAtMs when the Lease was taken, by the monotonic clock as all times here */
  constructor(former: FormerRequests, takenAtMs: number) {
    this.#former = former;
    this.#uids = former.kind === 'named' ? new Set(former.uids) : undefined;
    this.#endsAtMs = takenAtMs + REQUEST_LIFE_MS;
  }

  get over(): boolean {
    return this.#over;
  }

  /**
   * Takes in all pods of the workload, by a watch that is not behind.
   *
   * @returns the pods to change now, and when to look again although nothing changes
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

  /** The pod as it is after our change. */
  changed({ uid, resourceVersion, marked, terminating }: RemovablePod, nowMs: number): void {
    // Marked, it may be about to be deleted as it is now.
    if (marked && !terminating) this.#notBeforeMs.set(uid, nowMs + RETRY_MS);
    else this.#changed.set(uid, resourceVersion);
  }

  /** There is no such pod any more. */
  gone(uid: string): void {
    this.#changed.set(uid, undefined);
  }

  /** The pod could not be changed, which may be another time. */
  failed(uid: string, nowMs: number): void {
    this.#notBeforeMs.set(uid, nowMs + RETRY_MS);
  }

  /** Pods may not be changed: only time ends the requests. */
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
