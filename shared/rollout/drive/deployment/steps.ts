import { ApiError, ConnectionError } from '../../../kube/kube.ts';
import { reservePods } from '../../../removals/reserve-pods.ts';
import { type RefusedRemoval, tryRemovals } from '../../../removals/try-removals.ts';
import { listNames } from '../../../sentences.ts';
import type { ReplicaSet } from '../../decide/deployment-objects.ts';
import { sortSets } from '../../decide/deployment-step.ts';
import type { PodRemovals, RemovalsGiven, ZonedPod } from '../workload-port.ts';
import type { StepTools } from './carry-out.ts';
import { StepUndoneError } from './carry-out.ts';
import { type Taken, takeStep } from './step.ts';

/** A budget is retried soon: a recovered pod may make room, and budgets are not watched here. */
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

export interface StepsOptions
  extends RemovalsGiven,
    Pick<StepTools, 'watches' | 'unanswered' | 'usualMinReadySeconds'> {
  onBrake: StepTools['onBrake'];
  /** The zone of a pod by name, for pods that were not chosen. */
  zoneOf(pod: string): string | undefined;
}

/**
 * Removes pods of a Deployment one step at a time: the requested pods that belong to one ReplicaSet. Budgets
 * are checked with dry-run evictions, because the ReplicaSet's controller deletes pods without checking them;
 * if our webhook answers, it reserves the pods too.
 */
export class DeploymentSteps implements PodRemovals {
  readonly #options: StepsOptions;
  readonly #preparing = new AbortController();
  readonly #acting = new AbortController();
  #wanted: readonly ZonedPod[] = [];
  #step: Promise<void> | undefined;
  #refusals = 0;
  #cancelRetry: (() => void) | undefined;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  request(pods: readonly ZonedPod[]): void {
    this.#wanted = pods;
    this.#begin();
  }

  /** A step ends before the next one begins: no decision is based on a step in progress. */
  asked(): undefined {}

  look(): void {}

  ruleOut(): void {}

  retryNow(): void {
    this.#refusals = 0;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  async stop(): Promise<void> {
    this.#wanted = [];
    this.retryNow();
    this.#preparing.abort(new Error('the rollout ends'));
    await this.#step;
  }

  /** Ends a step whose controllers do not act, so that nothing is waited for. */
  async abandon(): Promise<void> {
    this.#acting.abort(new Error('the rollout has ended'));
    await this.stop();
  }

  #begin(): void {
    const { mayAct } = this.#options;
    if (this.#step || this.#cancelRetry || this.#preparing.signal.aborted) return;
    if (this.#wanted.length === 0 || !mayAct()) return;
    this.#step = this.#take(this.#wanted)
      .catch((error: unknown) => {
        this.#preparing.abort(error);
        this.#options.onError(error);
      })
      .finally(() => {
        this.#step = undefined;
        this.#options.onRetryDue();
      });
  }

  async #take(wanted: readonly ZonedPod[]): Promise<void> {
    const signals = { before: this.#preparing.signal, after: this.#acting.signal };
    try {
      const chosen = this.#ofOneSet(wanted);
      if (!chosen) return;
      const admitted = await this.#admitted(chosen.pods);
      if (admitted.length === 0) return;
      const tools = { ...this.#options, reserve: (pods: readonly ZonedPod[]) => this.#reserve(pods) };
      const taken = await takeStep(tools, admitted, chosen.set, signals);
      if (taken) this.#tell(taken);
    } catch (error) {
      // The driver itself observes that the Deployment was deleted.
      const isOver = signals.before.aborted || signals.after.aborted || !this.#options.watches.own;
      if (isOver) return;
      const isExpected =
        error instanceof ApiError || error instanceof ConnectionError || error instanceof StepUndoneError;
      if (!isExpected) throw error;
      const [pod] = wanted;
      if (!pod) return;
      if (error instanceof ApiError && (error.code === 401 || error.code === 403)) {
        this.#options.onOutcome({ kind: 'failed', pod, error });
      } else {
        this.#refuse(wanted, () => error.message);
      }
    }
  }

  /** The first pod's ReplicaSet, and the pods that belong to it. */
  #ofOneSet(wanted: readonly ZonedPod[]): { set: ReplicaSet; pods: readonly ZonedPod[] } | undefined {
    const { watches } = this.#options;
    const { own, pods } = watches;
    if (!own) return undefined;
    const owners = new Map(
      [...pods.values()].map(({ metadata }) => [metadata.uid, metadata.controller?.uid]),
    );
    const ownerOf = ({ uid }: ZonedPod) => owners.get(uid);
    const [first] = wanted;
    const { old } = sortSets(own.deployment, own.replicaSets);
    const set = first && old.find(({ metadata }) => metadata.uid === ownerOf(first));
    return set && { set, pods: wanted.filter((pod) => ownerOf(pod) === set.metadata.uid) };
  }

  async #admitted(pods: readonly ZonedPod[]): Promise<readonly ZonedPod[]> {
    const { kube, disableEviction } = this.#options;
    if (disableEviction) return pods;
    const way = { disableEviction, gracePeriodSeconds: undefined };
    return this.#without(pods, await tryRemovals(kube, this.#byOwnNames(pods), way));
  }

  async #reserve(pods: readonly ZonedPod[]): Promise<readonly ZonedPod[]> {
    const { kube, disableEviction } = this.#options;
    return disableEviction ? pods : this.#without(pods, await reservePods(kube, this.#byOwnNames(pods)));
  }

  /** A replacement pod is chosen under its predecessor's name; the API server needs its own. */
  #byOwnNames(pods: readonly ZonedPod[]): readonly ZonedPod[] {
    const seen = [...this.#options.watches.pods.values()];
    const names = new Map(seen.map(({ metadata: { uid, name } }) => [uid, name]));
    return pods.map((pod) => ({ ...pod, name: names.get(pod.uid) ?? pod.name }));
  }

  #without(pods: readonly ZonedPod[], refused: readonly RefusedRemoval[]): readonly ZonedPod[] {
    const reasons = new Map(refused.map(({ pod, reason }) => [pod.uid, reason]));
    if (refused.length > 0) {
      this.#refuse(
        pods.filter(({ uid }) => reasons.has(uid)),
        ({ uid }) => reasons.get(uid) ?? '',
      );
    }
    return pods.filter(({ uid }) => !reasons.has(uid));
  }

  #refuse(pods: readonly ZonedPod[], reasonOf: (pod: ZonedPod) => string): void {
    const { clock, random, onOutcome, onRetryDue } = this.#options;
    this.#refusals += 1;
    const growingMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#refusals - 1));
    const retryInMs = Math.round(growingMs * (0.75 + random() / 2));
    this.#cancelRetry?.();
    this.#cancelRetry = clock.schedule(retryInMs, () => {
      this.#cancelRetry = undefined;
      onRetryDue();
    });
    for (const pod of pods) onOutcome({ kind: 'refused', pod, reason: reasonOf(pod), retryInMs });
  }

  #tell({ gone, spared, instead }: Taken): void {
    const { onOutcome, onNotice, onStray, zoneOf } = this.#options;
    this.#refusals = 0;
    for (const pod of gone) onOutcome({ kind: 'accepted', pod });
    const [first] = spared;
    if (!first || instead.length === 0) return;
    const strange = instead.filter((name) => zoneOf(name) !== first.zone);
    const chosen = listNames(spared.map(({ name }) => name));
    const story = `the ReplicaSet removed ${listNames(instead)} instead of ${chosen}, which had the lowest deletion cost`;
    if (strange.length === 0) onNotice(`${story}; they are in the same zone`);
    else
      onStray(`${story}: ${listNames(strange)} ${strange.length === 1 ? 'is' : 'are'} not of ${first.zone}`);
  }
}
