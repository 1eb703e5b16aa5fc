/** The fields of a pod that show the outcome of a request to remove it. */
export interface RemovablePod {
  uid: string;
  resourceVersion: string;
  terminating: boolean;
  /** The API server has begun to evict it: it marks the pod first, and then deletes it. */
  marked: boolean;
}

/** Maximum time that an API server works on a request, with a margin: --request-timeout is 60 s by default. */
export const REQUEST_LIFE_MS = 90_000;

/**
 * Requests to remove a pod whose response was lost: each may be carried out at any later time, so the pod counts as
 * leaving (rule R10) until that is known to have happened or to be impossible.
 *
 * A request has the pod's uid and version as preconditions. It has happened if the pod is terminating or gone; it is
 * impossible once the pod is seen at another version and is neither, because its precondition then fails. An API server
 * that evicts writes the condition DisruptionTarget before it deletes, so a pod with that mark is not settled.
 */
export class UnansweredRemovals {
  /** By uid: the version in the newest request; undefined for one without that precondition. */
  readonly #requests = new Map<string, { version: string | undefined; endsAtMs: number | undefined }>();
  /** Pods whose removal an earlier process may have requested. */
  #suspects = new Set<string>();

  has(uid: string): boolean {
    return this.#requests.has(uid);
  }

  add(uid: string, version: string | undefined): void {
    this.#requests.set(uid, { version, endsAtMs: undefined });
  }

  /**
   * A process that no longer exists may have requested these pods, at their version of the next look or an earlier one.
   */
  suspect(uids: Iterable<string>): void {
    this.#suspects = new Set(uids);
  }

  /** According to its own response, a request for this pod has happened or is impossible. */
  settle(uid: string): void {
    this.#requests.delete(uid);
  }

  /**
   * This request ends at that time at the latest, because nothing else can rule it out.
   *
   * @param atMs by the monotonic clock
   */
  endBy(uid: string, atMs: number): void {
    const request = this.#requests.get(uid);
    if (request) request.endsAtMs ??= atMs;
  }

  /**
   * Updates the state from all existing pods; the watch must be up to date.
   *
   * @param nowMs by our own monotonic clock: setting a machine's clock must not end a request
   * @returns when to look again if nothing changes, by the same clock
   */
  look(pods: Iterable<RemovablePod>, nowMs: number): number | undefined {
    const present = new Map([...pods].map((pod) => [pod.uid, pod]));
    for (const uid of this.#suspects) this.add(uid, present.get(uid)?.resourceVersion);
    this.#suspects = new Set();
    let againAtMs: number | undefined;
    for (const [uid, { version, endsAtMs }] of this.#requests) {
      const pod = present.get(uid);
      const outlived = endsAtMs !== undefined && endsAtMs <= nowMs;
      if (!pod || pod.terminating || isImpossible(pod, version) || (outlived && !pod.marked)) {
        this.#requests.delete(uid);
      } else if (endsAtMs !== undefined)
        againAtMs = Math.min(againAtMs ?? endsAtMs, Math.max(endsAtMs, nowMs + 1_000));
    }
    return againAtMs;
  }

  /** As `look`, for one pod that was read individually. */
  lookAt(pod: RemovablePod): void {
    const request = this.#requests.get(pod.uid);
    if (request && (pod.terminating || isImpossible(pod, request.version))) this.#requests.delete(pod.uid);
  }
}

function isImpossible(pod: RemovablePod, version: string | undefined): boolean {
  return version !== undefined && version !== pod.resourceVersion && !pod.marked;
}
