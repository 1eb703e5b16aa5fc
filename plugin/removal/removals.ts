import type { Clock } from '../../shared/clock.ts';
import { ApiError, ConnectionError, type Kube } from '../../shared/kube/kube.ts';
import { isPodGone, type PodToRemove, type RemovalWay, refusalReason, removePod } from './pod-removal.ts';

export type RemovalOutcome<P extends PodToRemove> =
  /** The API server took it: the pod is terminating. */
  | { kind: 'accepted'; pod: P }
  /** Somebody else was faster. */
  | { kind: 'gone'; pod: P }
  /** Not now; it may be tried again. */
  | { kind: 'refused'; pod: P; reason: string; retryInMs: number }
  /** Trying again cannot help, such as without permission. */
  | { kind: 'failed'; pod: P; error: ApiError };

/** When a refused pod may be tried again. */
export interface RetryPolicy {
  firstMs: number;
  /** Delays double up to this one, and are jittered by a quarter. */
  longestMs: number;
  /** Answers after which trying again cannot help. */
  isFinal(error: ApiError): boolean;
}

export interface RemovalOptions<P extends PodToRemove> {
  kube: Kube;
  way: RemovalWay;
  retry: RetryPolicy;
  clock: Clock;
  random: () => number;
  onOutcome(outcome: RemovalOutcome<P>): void;
  /** Asked before each request: false while this process must not act, such as after the machine has slept. */
  mayAct(): boolean;
  /** A refused pod may be tried again. */
  onRetryDue(): void;
}

/** Enough to take a zone of 300 within a moment, and few enough to leave the API server room for others. */
const MOST_REQUESTS_AT_ONCE = 32;

/**
 * Removes pods, each at most once at a time. The uid precondition makes every request safe to repeat: it can only ever
 * remove the pod that was chosen, never its successor of the same name.
 *
 * Nothing is sent on an old decision: a refused pod is not tried again by itself, `onRetryDue` asks for a new one.
 */
export class Removals<P extends PodToRemove> {
  private readonly options: RemovalOptions<P>;
  private readonly underWay = new Map<string, Promise<void>>();
  /** Refused pods until their next attempt is due. */
  private readonly waiting = new Map<string, () => void>();
  private readonly attempts = new Map<string, number>();
  private queue: P[] = [];
  private stopped = false;

  constructor(options: RemovalOptions<P>) {
    this.options = options;
  }

  /**
   * Removes exactly these pods from now on. Those that wait for an answer or for their next attempt are left alone;
   * those asked for earlier that have not been sent yet are forgotten.
   */
  request(pods: readonly P[]): void {
    this.queue = pods.filter((pod) => !this.underWay.has(pod.uid) && !this.waiting.has(pod.uid));
    this.pump();
  }

  /** Whether an answer about this pod is awaited. */
  isUnderWay(uid: string): boolean {
    return this.underWay.has(uid);
  }

  /** Whether the pod was refused and its next attempt is not due yet. */
  isWaiting(uid: string): boolean {
    return this.waiting.has(uid);
  }

  /** Something has changed that may have made room: refused pods may be asked for again at once. */
  retryNow(): void {
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
    this.attempts.clear();
  }

  /** As `retryNow` for one pod; should it be refused again, it waits longer than before. */
  retry(uid: string): void {
    this.waiting.get(uid)?.();
    this.waiting.delete(uid);
  }

  /** Sends nothing more and resolves when the answers under way have arrived. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.queue = [];
    this.retryNow();
    await Promise.all(this.underWay.values());
  }

  private pump(): void {
    while (!this.stopped && this.underWay.size < MOST_REQUESTS_AT_ONCE) {
      const pod = this.queue.shift();
      if (!pod) return;
      if (!this.options.mayAct()) {
        this.queue = [];
        return;
      }
      const request = this.remove(pod).then((outcome) => {
        this.underWay.delete(pod.uid);
        this.options.onOutcome(outcome);
        this.pump();
      });
      this.underWay.set(pod.uid, request);
    }
  }

  private async remove(pod: P): Promise<RemovalOutcome<P>> {
    const { kube, way, retry } = this.options;
    try {
      await removePod(kube, pod, way);
      this.attempts.delete(pod.uid);
      return { kind: 'accepted', pod };
    } catch (error) {
      if (isPodGone(error)) return { kind: 'gone', pod };
      if (error instanceof ConnectionError) return this.refuse(pod, error.message, undefined);
      if (!(error instanceof ApiError)) throw error;
      if (retry.isFinal(error)) return { kind: 'failed', pod, error };
      return this.refuse(pod, refusalReason(error), error.retryAfterMs);
    }
  }

  private refuse(pod: P, reason: string, retryAfterMs: number | undefined): RemovalOutcome<P> {
    const { clock, random, retry } = this.options;
    const attempts = (this.attempts.get(pod.uid) ?? 0) + 1;
    this.attempts.set(pod.uid, attempts);
    const growingMs = Math.min(retry.longestMs, retry.firstMs * 2 ** (attempts - 1));
    const retryInMs = Math.max(retryAfterMs ?? 0, Math.round(growingMs * (0.75 + random() / 2)));
    if (!this.stopped) {
      const cancel = clock.schedule(retryInMs, () => {
        this.waiting.delete(pod.uid);
        this.options.onRetryDue();
      });
      this.waiting.set(pod.uid, cancel);
    }
    return { kind: 'refused', pod, reason, retryInMs };
  }
}
