import type { Clock } from '../../shared/clock.ts';
import { ApiError, ConnectionError, type Kube } from '../../shared/kube/kube.ts';
import { RESOURCES, resourcePath } from '../../shared/kube/paths.ts';

export interface PodToRemove {
  name: string;
  uid: string;
  zone: string;
}

export type RemovalOutcome =
  /** The API server took it: the pod is terminating, or was gone already. */
  | { kind: 'accepted'; pod: PodToRemove }
  /** Not now; it will be tried again. */
  | { kind: 'refused'; pod: PodToRemove; reason: string; retryInMs: number }
  /** Trying again cannot help, such as without permission. */
  | { kind: 'failed'; pod: PodToRemove; error: ApiError };

export interface RemovalOptions {
  kube: Kube;
  namespace: string;
  /** Delete instead of evict; both carry the uid. */
  disableEviction: boolean;
  clock: Clock;
  random: () => number;
  onOutcome(outcome: RemovalOutcome): void;
  /** Asked before each request: false while this process must not act, such as after the machine has slept. */
  mayAct(): boolean;
  /** A refused pod may be tried again. */
  onRetryDue(): void;
}

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;
/** Enough to take a zone of 300 within a moment, and few enough to leave the API server room for others. */
const MOST_REQUESTS_AT_ONCE = 32;

/**
 * Removes pods, each at most once at a time. The uid precondition makes every request safe to repeat: it can only ever
 * remove the pod that was chosen, never its successor of the same name.
 *
 * Nothing is sent on an old decision: a refused pod is not tried again by itself, `onRetryDue` asks for a new one.
 */
export class Removals {
  private readonly options: RemovalOptions;
  private readonly underWay = new Map<string, Promise<void>>();
  /** Refused pods until their next attempt is due. */
  private readonly waiting = new Map<string, () => void>();
  private readonly attempts = new Map<string, number>();
  private queue: PodToRemove[] = [];
  private stopped = false;

  constructor(options: RemovalOptions) {
    this.options = options;
  }

  /**
   * Removes exactly these pods from now on. Those that wait for an answer or for their next attempt are left alone;
   * those asked for earlier that have not been sent yet are forgotten.
   */
  request(pods: readonly PodToRemove[]): void {
    this.queue = pods.filter((pod) => !this.underWay.has(pod.uid) && !this.waiting.has(pod.uid));
    this.pump();
  }

  /** Something has changed that may have made room: refused pods may be asked for again at once. */
  retryNow(): void {
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
    this.attempts.clear();
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

  private async remove(pod: PodToRemove): Promise<RemovalOutcome> {
    try {
      await this.send(pod);
      this.attempts.delete(pod.uid);
      return { kind: 'accepted', pod };
    } catch (error) {
      if (error instanceof ApiError) {
        if (error.code === 404) return { kind: 'accepted', pod };
        if (error.code === 401 || error.code === 403 || error.code === 405)
          return { kind: 'failed', pod, error };
        return this.refuse(pod, refusal(error), error.retryAfterMs);
      }
      if (error instanceof ConnectionError) return this.refuse(pod, error.message, undefined);
      throw error;
    }
  }

  private refuse(pod: PodToRemove, reason: string, retryAfterMs: number | undefined): RemovalOutcome {
    const { clock, random } = this.options;
    const attempts = (this.attempts.get(pod.uid) ?? 0) + 1;
    this.attempts.set(pod.uid, attempts);
    const growingMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attempts - 1));
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

  private send(pod: PodToRemove): Promise<unknown> {
    const { kube, namespace, disableEviction } = this.options;
    const preconditions = { uid: pod.uid };
    const address = { ...RESOURCES.pods, namespace, name: pod.name };
    if (disableEviction) {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions };
      return kube.request({ method: 'DELETE', path: resourcePath(address), body, retry: 'never' });
    }
    return kube.request({
      method: 'POST',
      path: resourcePath({ ...address, subresource: 'eviction' }),
      body: evictionBody({ name: pod.name, namespace, uid: pod.uid }),
      retry: 'never',
    });
  }
}

/** An eviction of exactly this pod. https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/ */
export function evictionBody(
  pod: { name: string; namespace: string; uid: string },
  dryRun = false,
): Record<string, unknown> {
  return {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: pod.name, namespace: pod.namespace },
    deleteOptions: { preconditions: { uid: pod.uid }, ...(dryRun ? { dryRun: ['All'] } : {}) },
  };
}

/** The server's own words; a budget's say more than the sentence around them. */
function refusal(error: ApiError): string {
  const cause = error.causes.find((each) => each.reason === 'DisruptionBudget');
  return cause ? cause.message : error.message;
}
