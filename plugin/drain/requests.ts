import type { Clock } from '../../shared/clock.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import type { RemovablePod } from '../../shared/removals/decide/unanswered.ts';
import type { RemovalWay } from '../../shared/removals/pod-removal.ts';
import { type RemovalOutcome, Removals, type RetryPolicy } from '../../shared/removals/removals.ts';
import type { DrainObservation, DrainPod } from './decide/types.ts';
import { Refusals } from './refusals.ts';

export interface RequestsOptions {
  kube: Kube;
  removal: RemovalWay;
  clock: Clock;
  random: () => number;
  onOutcome(outcome: RemovalOutcome<DrainPod>): void;
  mayAct(): boolean;
  onRetryDue(): void;
  onError(error: unknown): void;
}

/**
 * The watches show when budgets allow more, so retries cover only what they cannot show. Whatever the error, the pod
 * stays requested: kubectl drain abandons a node on errors other than 429, which leaves its other pods waiting.
 */
const RETRY: RetryPolicy = { firstMs: 10_000, longestMs: 30_000, isFinal: () => false };

/** The removals of a drain, and which were refused. */
export class Requests {
  private readonly clock: Clock;
  private readonly removals: Removals<DrainPod>;
  private readonly refusals = new Refusals();
  /** By uid of the requested pods: their workload. */
  private readonly workloads = new Map<string, string | undefined>();

  constructor({ removal, onOutcome, ...options }: RequestsOptions) {
    this.clock = options.clock;
    this.removals = new Removals({
      ...options,
      way: removal,
      retry: RETRY,
      onOutcome: (outcome) => {
        const { uid } = outcome.pod;
        if (outcome.kind === 'refused' || outcome.kind === 'unanswered')
          this.refusals.refuse(uid, outcome.reason, options.clock.monotonicMs());
        onOutcome(outcome);
      },
    });
  }

  /** Requests exactly these pods from now on, based on the observation. */
  ask(pods: readonly DrainPod[], observation: DrainObservation): void {
    this.refusals.asking(pods, observation);
    for (const { uid, workload } of pods) this.workloads.set(uid, workload);
    this.removals.request(pods);
  }

  /** Sends no more requests; those in flight complete. */
  pause(): void {
    this.removals.request([]);
  }

  /** Workloads with pods that a request without a response may still evict. */
  uncertain(): string[] {
    return [...this.workloads].flatMap(([uid, key]) =>
      key !== undefined && this.removals.asked(uid) ? [key] : [],
    );
  }

  /** @param podOf returns a pod from a current watch; it shows the outcome of lost requests */
  look(podOf: (uid: string) => RemovablePod | undefined): void {
    const lost = [...this.workloads.keys()].filter((uid) => this.removals.asked(uid) === 'unanswered');
    this.removals.look(lost.flatMap((uid) => podOf(uid) ?? []));
  }

  /** Like `pause`, permanently; resolves when the requests in flight have completed. */
  stop(): Promise<void> {
    return this.removals.stop();
  }

  /**
   * The observation with the state of requests: which are in flight, and which were refused and not lifted.
   *
   * @returns also when to check again even if nothing changes
   */
  annotate(observation: DrainObservation): {
    observation: DrainObservation;
    againInMs: number | undefined;
  } {
    const nowMs = this.clock.monotonicMs();
    for (const { uid } of observation.pods) if (!this.removals.isWaiting(uid)) this.refusals.lift(uid);
    const { lifted, againAtMs } = this.refusals.review(observation, nowMs);
    for (const uid of lifted) this.removals.retry(uid);
    const pods = observation.pods.map((pod) => ({
      ...pod,
      asked: this.removals.isUnderWay(pod.uid),
      unanswered: this.removals.asked(pod.uid) === 'unanswered',
      refused: this.refusals.reasonFor(pod.uid),
    }));
    const againInMs = againAtMs === undefined ? undefined : againAtMs - nowMs;
    return { observation: { ...observation, pods }, againInMs };
  }
}
