import type { Clock } from '../clock.ts';
import { ApiError, type Kube } from '../kube/kube.ts';
import { type FormerRequests, Settlement } from './decide/former-requests.ts';
import type { RemovablePod } from './decide/unanswered.ts';
import { changeVersion, isPodGone, type PodToRemove } from './pod-removal.ts';

/** A pod of a workload whose Lease was acquired. */
export interface PodToSettle extends RemovablePod, Pick<PodToRemove, 'namespace' | 'name'> {}

export interface SettlementsOptions {
  kube: Kube;
  clock: Clock;
  /** No former request for this workload's pods can be carried out any more. */
  onOver(key: string): void;
  /** The caller must look again. */
  onChange(): void;
}

interface UnderWay {
  former: FormerRequests;
  settlement: Settlement;
  cancelLook: () => void;
}

/** Same as for evictions. */
const MOST_REQUESTS_AT_ONCE = 32;

/**
 * After a Lease was acquired, makes requests of earlier holders impossible by changing each pod they may be for. If
 * changing pods is forbidden, such requests end after the maximum time that an API server works on one.
 */
export class Settlements {
  readonly #options: SettlementsOptions;
  /** By key of the workload. */
  readonly #underWay = new Map<string, UnderWay>();
  readonly #queue: (() => Promise<void>)[] = [];
  #running = 0;
  #stopped = false;

  constructor(options: SettlementsOptions) {
    this.#options = options;
  }

  /** The workload's Lease was just acquired. */
  begin(key: string, former: FormerRequests): void {
    this.forget(key);
    const settlement = new Settlement(former, this.#options.clock.monotonicMs());
    this.#underWay.set(key, { former, settlement, cancelLook: () => {} });
  }

  /** Requests not known to have ended; undefined if there are none. */
  of(key: string): FormerRequests | undefined {
    return this.#underWay.get(key)?.former;
  }

  /** Updates the state from all pods of the workload; the watch must be up to date. */
  look(key: string, pods: Iterable<PodToSettle>): void {
    const found = this.#underWay.get(key);
    if (!found || this.#stopped) return;
    const { clock, onChange, onOver } = this.#options;
    const { settlement } = found;
    const nowMs = clock.monotonicMs();
    const { change, againAtMs } = settlement.look(pods, nowMs);
    if (settlement.over) {
      this.forget(key);
      onOver(key);
      return;
    }
    for (const pod of change) this.#queue.push(() => this.#change(settlement, pod));
    found.cancelLook();
    found.cancelLook = clock.schedule(againAtMs - nowMs, onChange);
    this.#work();
  }

  /** The Lease is no longer ours. */
  forget(key: string): void {
    this.#underWay.get(key)?.cancelLook();
    this.#underWay.delete(key);
  }

  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
    for (const key of [...this.#underWay.keys()]) this.forget(key);
  }

  #work(): void {
    while (this.#running < MOST_REQUESTS_AT_ONCE) {
      const next = this.#queue.shift();
      if (!next) return;
      this.#running += 1;
      void next().finally(() => {
        this.#running -= 1;
        this.#work();
      });
    }
  }

  /** Failures are retried, or ended by time. */
  async #change(settlement: Settlement, pod: PodToSettle): Promise<void> {
    const { kube, clock, onChange } = this.#options;
    if (this.#stopped || settlement.over) return;
    try {
      const changed = await changeVersion(kube, pod, kube.serverNowMs());
      settlement.changed(changed, clock.monotonicMs());
    } catch (error) {
      if (isPodGone(error)) settlement.gone(pod.uid);
      else if (error instanceof ApiError && [401, 403, 405].includes(error.code)) settlement.forbidden();
      else settlement.failed(pod.uid, clock.monotonicMs());
    }
    if (!this.#stopped) onChange();
  }
}
