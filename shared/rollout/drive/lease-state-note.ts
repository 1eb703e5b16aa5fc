import { ApiError, ConnectionError } from '../../kube/kube.ts';
import { LeaseLostError } from '../../kube/lease.ts';
import type { RolloutStatus } from '../decide/snapshot.ts';
import type { RolloutDecision } from '../decide/types.ts';
import type { RolloutLock } from './rollout-lock.ts';

/** It is not known what the Lease says. */
const UNKNOWN = Symbol('unknown');

/**
 * Writes to the Lease whether the rollout is waiting and why, for other commands. A rollout that waits for its own pods
 * counts as running.
 */
export class LeaseStateNote {
  readonly #lock: Pick<RolloutLock, 'noteHeld'>;
  readonly #given: { onRetry(): void; onError(error: unknown): void };
  /** The reason last written; at the start the Lease says that the rollout runs. */
  #noted: string | undefined | typeof UNKNOWN;

  /** @param given `onRetry`: `note` must be called again soon; `onError`: an unexpected error */
  constructor(
    lock: Pick<RolloutLock, 'noteHeld'>,
    given: { onRetry(): void; onError(error: unknown): void },
  ) {
    this.#lock = lock;
    this.#given = given;
  }

  /** Writes the state if it has changed. */
  note(decision: RolloutDecision, { kind, reason }: RolloutStatus): void {
    const waitsForOthers = decision.kind === 'wait' ? decision.for === 'gate' : kind !== 'disrupting';
    const held = decision.kind === 'done' || !waitsForOthers ? undefined : reason;
    if (held === this.#noted) return;
    this.#noted = held;
    this.#lock.noteHeld(held).catch((error: unknown) => {
      // A lost Lease is detected by its renewals, which ends the rollout.
      if (error instanceof LeaseLostError) return;
      if (!(error instanceof ApiError || error instanceof ConnectionError)) return this.#given.onError(error);
      this.#noted = UNKNOWN;
      this.#given.onRetry();
    });
  }
}
