import type { Clock } from '../clock.ts';
import { ApiError, ConnectionError, type Kube } from '../kube/kube.ts';
import { REQUEST_LIFE_MS, type RemovablePod, UnansweredRemovals } from './decide/unanswered.ts';
import {
  changeVersion,
  isNoAnswer,
  isPodChanged,
  isPodGone,
  type PodToRemove,
  type RemovalWay,
  refusalReason,
  removePod,
} from './pod-removal.ts';

export type RemovalOutcome<P extends PodToRemove> =
  /** The API server accepted it: the pod is terminating. */
  | { kind: 'accepted'; pod: P }
  /** The pod was already gone. */
  | { kind: 'gone'; pod: P }
  /** Not now; may be retried. */
  | { kind: 'refused'; pod: P; reason: string; retryInMs: number }
  /** Unknown: it may have been carried out, and still may be at any later time. May be retried. */
  | { kind: 'unanswered'; pod: P; reason: string; retryInMs: number }
  /** The pod has changed since it was chosen, and was not removed: observe again. */
  | { kind: 'changed'; pod: P }
  /** A retry cannot help, such as without permission. */
  | { kind: 'failed'; pod: P; error: ApiError };

/** When a refused pod may be retried. */
export interface RetryPolicy {
  firstMs: number;
  /** Delays double up to this limit, with 25% jitter. */
  longestMs: number;
  /** Responses after which a retry cannot help. */
  isFinal(error: ApiError): boolean;
}

export interface RemovalOptions<P extends PodToRemove> {
  kube: Kube;
  way: RemovalWay;
  retry: RetryPolicy;
  clock: Clock;
  random: () => number;
  /** Called for each response, which requires a new decision. */
  onOutcome(outcome: RemovalOutcome<P>): void;
  /** Checked before each request: false while this process must not act, such as after the machine has slept. */
  mayAct(): boolean;
  /** A refused pod may be retried, or the outcome of an unanswered request may be known. */
  onRetryDue(): void;
  /** An unexpected error, including in `onOutcome`. Nothing more is sent. */
  onError(error: unknown): void;
}

/** State of a request to remove a pod: its response is pending, or was lost. */
export type Asked = 'sent' | 'unanswered';

/** Enough to evict a zone of 300 quickly, and few enough to leave the API server capacity for others. */
const MOST_REQUESTS_AT_ONCE = 32;

/**
 * Removes pods, with at most one request per pod at a time. The preconditions make every request safe to repeat: it can
 * only remove the chosen pod, never its replacement with the same name, and only at the given version, if any.
 *
 * No request is based on an old decision (rule R11): what cannot be sent immediately is dropped, and each response
 * (`onOutcome`) and each end of a wait (`onRetryDue`) requests a new decision.
 */
export class Removals<P extends PodToRemove> {
  private readonly options: RemovalOptions<P>;
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly unanswered = new UnansweredRemovals();
  /** Refused pods until their next attempt is due. */
  private readonly waiting = new Map<string, { version: string | undefined; cancel: () => void }>();
  private readonly attempts = new Map<string, number>();
  private readonly rulingOut = new Map<string, () => void>();
  private cancelLook = () => {};
  private stopped = false;

  constructor(options: RemovalOptions<P>) {
    this.options = options;
  }

  /** Sends requests for as many of these pods as may be in progress at once, except for those in backoff. */
  request(pods: readonly P[]): void {
    for (const pod of pods) {
      if (this.stopped || this.underWay.size >= MOST_REQUESTS_AT_ONCE || !this.options.mayAct()) return;
      if (this.underWay.has(pod.uid) || this.waits(pod)) continue;
      this.track(pod.uid, this.remove(pod));
    }
  }

  /** Whether a request to remove this pod may still be carried out; undefined if none is known. */
  asked(uid: string): Asked | undefined {
    if (this.underWay.has(uid)) return 'sent';
    return this.unanswered.has(uid) ? 'unanswered' : undefined;
  }

  /** Whether a response about this pod is pending. */
  isUnderWay(uid: string): boolean {
    return this.underWay.has(uid);
  }

  /** Whether the pod was refused and its next attempt is not due yet. */
  isWaiting(uid: string): boolean {
    return this.waiting.has(uid);
  }

  /** An earlier process may have requested the removal of these pods. */
  suspect(uids: Iterable<string>): void {
    this.unanswered.suspect(uids);
  }

  /** Updates unanswered requests from all existing pods; the watch must be up to date. */
  look(pods: Iterable<RemovablePod>): void {
    const { clock, onRetryDue } = this.options;
    this.cancelLook();
    const nowMs = clock.monotonicMs();
    const againAtMs = this.stopped ? undefined : this.unanswered.look(pods, nowMs);
    if (againAtMs !== undefined) this.cancelLook = clock.schedule(againAtMs - nowMs, onRetryDue);
  }

  /**
   * Makes the unanswered requests for these pods impossible, by changing the pods. If that is forbidden, they
   * end after the maximum time that an API server works on a request.
   */
  ruleOut(pods: readonly PodToRemove[]): void {
    const { mayAct, onError } = this.options;
    for (const pod of pods) {
      const { uid } = pod;
      const busy = this.underWay.has(uid) || this.rulingOut.has(uid) || !this.unanswered.has(uid);
      if (this.stopped || busy || !mayAct()) continue;
      this.rulingOut.set(uid, () => {});
      this.makeImpossible(pod).catch((error) => {
        this.halt();
        onError(error);
      });
    }
  }

  /** A change may have made room: refused pods may be retried immediately. */
  retryNow(): void {
    for (const { cancel } of this.waiting.values()) cancel();
    this.waiting.clear();
    this.attempts.clear();
  }

  /** As `retryNow`, for one pod; if refused again, it waits longer than before. */
  retry(uid: string): void {
    this.waiting.get(uid)?.cancel();
    this.waiting.delete(uid);
  }

  /** Stops sending and resolves when the pending responses have arrived. */
  async stop(): Promise<void> {
    this.halt();
    await Promise.all(this.underWay.values());
  }

  private halt(): void {
    this.stopped = true;
    this.cancelLook();
    for (const cancel of this.rulingOut.values()) cancel();
    this.retryNow();
  }

  /** A pod that has changed since it was refused may be requested again. */
  private waits({ uid, resourceVersion }: P): boolean {
    const waiting = this.waiting.get(uid);
    if (!waiting) return false;
    return waiting.version === undefined || waiting.version === resourceVersion;
  }

  private track(uid: string, removal: Promise<RemovalOutcome<P>>): void {
    const answer = async () => {
      try {
        const outcome = await removal;
        // Synchronously with what follows: at no point is the request unknown.
        this.underWay.delete(uid);
        this.options.onOutcome(outcome);
      } catch (error) {
        this.underWay.delete(uid);
        this.halt();
        this.options.onError(error);
      }
    };
    this.underWay.set(uid, answer());
  }

  private async remove(pod: P): Promise<RemovalOutcome<P>> {
    const { kube, way, retry } = this.options;
    try {
      await removePod(kube, pod, way);
      this.attempts.delete(pod.uid);
      this.unanswered.settle(pod.uid);
      return { kind: 'accepted', pod };
    } catch (error) {
      if (isPodGone(error)) {
        this.unanswered.settle(pod.uid);
        return { kind: 'gone', pod };
      }
      if (pod.resourceVersion !== undefined && isPodChanged(error)) {
        this.wait(pod, undefined, pod.resourceVersion);
        return { kind: 'changed', pod };
      }
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      if (error instanceof ApiError && retry.isFinal(error)) return { kind: 'failed', pod, error };
      const unanswered = isNoAnswer(error);
      if (unanswered) this.unanswered.add(pod.uid, pod.resourceVersion);
      const reason = error instanceof ApiError ? refusalReason(error) : error.message;
      const retryInMs = this.wait(pod, error instanceof ApiError ? error.retryAfterMs : undefined);
      return { kind: unanswered ? 'unanswered' : 'refused', pod, reason, retryInMs };
    }
  }

  /** @param version that the pod must no longer have to be retried sooner; undefined if that has no effect */
  private wait({ uid }: PodToRemove, retryAfterMs: number | undefined, version?: string): number {
    const { clock, random, retry } = this.options;
    const attempts = (this.attempts.get(uid) ?? 0) + 1;
    this.attempts.set(uid, attempts);
    const growingMs = Math.min(retry.longestMs, retry.firstMs * 2 ** (attempts - 1));
    const retryInMs = Math.max(retryAfterMs ?? 0, Math.round(growingMs * (0.75 + random() / 2)));
    if (!this.stopped) {
      const cancel = clock.schedule(retryInMs, () => {
        this.waiting.delete(uid);
        this.options.onRetryDue();
      });
      this.waiting.set(uid, { version, cancel });
    }
    return retryInMs;
  }

  private async makeImpossible(pod: PodToRemove): Promise<void> {
    const { kube, clock, retry, onRetryDue } = this.options;
    const { uid } = pod;
    try {
      this.unanswered.lookAt(await changeVersion(kube, pod, kube.serverNowMs()));
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof ConnectionError)) throw error;
      if (error instanceof ApiError && retry.isFinal(error)) {
        this.unanswered.endBy(uid, clock.monotonicMs() + REQUEST_LIFE_MS);
      }
    }
    if (this.stopped) return;
    // Not again immediately: the watch must show it first, or the failure must be over.
    const cancel = clock.schedule(this.unanswered.has(uid) ? retry.longestMs : 0, () => {
      this.rulingOut.delete(uid);
      onRetryDue();
    });
    this.rulingOut.set(uid, cancel);
  }
}
