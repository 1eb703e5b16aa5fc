import { delay, type Instant, instantOf, longestSinceMs } from '../clock.ts';
import {
  type AnnotationPatch,
  fetchLease,
  isConflict,
  type LeaseAddress,
  LeaseLostError,
  patchLease,
  renewedNow,
} from './lease-record.ts';
import type { Lease } from './objects.ts';

/**
 * State of a Lease that we acquired. `uncertain`: it could not be renewed for so long that another process may acquire
 * it soon, or already has; the caller must not act until it is `held` again. `lost` and `released` are final.
 */
export type LeaseState =
  | { kind: 'held' }
  | { kind: 'uncertain'; error: Error | undefined }
  | { kind: 'lost'; error: LeaseLostError }
  | { kind: 'released' };

/** A Lease that we acquired, renewed every third of its duration. */
export interface HeldLease {
  /** As last seen, including its annotations. */
  readonly lease: Lease;
  /**
   * Computed from the clocks on every read, so it is correct even directly after the machine slept or the
   * process was stopped.
   */
  readonly state: LeaseState;
  /**
   * Writes annotations in the order of the calls. Concurrent changes to the same Lease are re-read and kept.
   *
   * @throws LeaseLostError if the Lease is no longer ours
   */
  writeAnnotations(patch: AnnotationPatch): Promise<Lease>;
  /** Stops renewing but does not release the Lease until it expires: work done under it may still be in progress. */
  leave(): Promise<void>;
  /** Stops renewing and releases the Lease. Its annotations stay. Does nothing if it was lost. */
  release(): Promise<void>;
}

const RENEWALS_PER_DURATION = 3;
/**
 * We act for this part of the duration after sending a renewal; others wait for the full duration after
 * seeing its result. The difference covers requests still in flight, and clocks that run at different rates.
 */
const ACTS_FOR = 2 / 3;
/** A failed renewal is retried sooner. */
const ATTEMPTS_PER_DURATION = 10;
/** Consecutive conflicts with writers of annotations. */
const MAX_CONFLICTS = 10;

/**
 * Keeps an acquired Lease renewed.
 *
 * @param sent when the request that acquired it was sent: others count from when they see its result, which is later
 */
export function holdLease(
  at: LeaseAddress,
  taken: Lease,
  sent: Instant,
  onState: (state: LeaseState) => void = () => {},
): HeldLease {
  const { clock, durationMs, identity } = at;
  const stopping = new AbortController();
  let lease = taken;
  const actsForMs = durationMs * ACTS_FOR;
  let renewed = sent;
  let lastError: Error | undefined;
  let reported: LeaseState = { kind: 'held' };
  let cancelExpiry = () => {};
  let tail: Promise<unknown> = Promise.resolve();

  function currentState(): LeaseState {
    if (reported.kind === 'lost' || reported.kind === 'released') return reported;
    if (longestSinceMs(clock, renewed) < actsForMs) return { kind: 'held' };
    return reported.kind === 'uncertain' ? reported : { kind: 'uncertain', error: lastError };
  }

  function report(state: LeaseState): void {
    if (reported.kind === state.kind) return;
    reported = state;
    onState(state);
  }

  function watchExpiry(): void {
    cancelExpiry();
    cancelExpiry = clock.schedule(Math.max(0, actsForMs - longestSinceMs(clock, renewed)), () =>
      report(currentState()),
    );
  }

  function lose(holder: string): LeaseLostError {
    const error = new LeaseLostError(`${at.namespace}/${at.name}`, holder);
    cancelExpiry();
    stopping.abort(error);
    report({ kind: 'lost', error });
    return error;
  }

  /** Writes by compare-and-swap; retries after a conflict while the Lease is ours. */
  async function write(
    spec: () => Readonly<Record<string, unknown>>,
    patch?: AnnotationPatch,
  ): Promise<Lease> {
    for (let conflicts = 0; ; conflicts += 1) {
      const startedAt = instantOf(clock);
      try {
        lease = await patchLease(at, lease, spec(), patch);
        const tookMs = longestSinceMs(clock, startedAt);
        // A renewal answered this late proves nothing about now: another process may have acquired the Lease since.
        if (tookMs < actsForMs) renewed = startedAt;
        lastError = tookMs < actsForMs ? undefined : new Error(`a renewal was answered after ${tookMs} ms`);
        return lease;
      } catch (error) {
        lastError = error instanceof Error ? error : new Error(String(error));
        const gone = error instanceof Error && 'code' in error && error.code === 404;
        if (gone) throw lose('');
        if (!isConflict(error) || conflicts >= MAX_CONFLICTS) throw error;
      }
      const now = await fetchLease(at);
      if (now?.spec.holderIdentity !== identity) throw lose(now?.spec.holderIdentity ?? '');
      lease = now;
    }
  }

  /** Serialises writes, so that ours do not conflict with each other. */
  function inTurn<R>(run: () => Promise<R>): Promise<R> {
    const result = tail.then(run);
    tail = result.catch(() => {});
    return result;
  }

  function renew(patch?: AnnotationPatch): Promise<Lease> {
    return inTurn(async () => {
      // Reports a lapse even if its timer fires after this call, as in a process that was stopped.
      report(currentState());
      if (reported.kind === 'lost') throw reported.error;
      if (reported.kind === 'released') throw new LeaseLostError(`${at.namespace}/${at.name}`, '');
      const written = await write(() => renewedNow(at), patch);
      watchExpiry();
      report(currentState());
      return written;
    });
  }

  async function keepRenewing(): Promise<void> {
    while (!stopping.signal.aborted) {
      const dueInMs =
        lastError === undefined
          ? durationMs / RENEWALS_PER_DURATION - longestSinceMs(clock, renewed)
          : durationMs / ATTEMPTS_PER_DURATION;
      await delay(clock, Math.max(0, dueInMs), stopping.signal).catch(() => {});
      if (!stopping.signal.aborted) await renew().catch(() => {});
    }
  }

  watchExpiry();
  const renewing = keepRenewing();
  return {
    get lease() {
      return lease;
    },
    get state() {
      return currentState();
    },
    writeAnnotations: (patch) => renew(patch),
    async leave() {
      stopping.abort(new Error('left'));
      await renewing;
      await inTurn(async () => cancelExpiry());
    },
    async release() {
      stopping.abort(new Error('released'));
      await renewing;
      await inTurn(async () => {
        cancelExpiry();
        if (reported.kind === 'lost' || reported.kind === 'released') return;
        try {
          await write(() => ({ ...renewedNow(at), holderIdentity: '' }));
        } catch (error) {
          if (!(error instanceof LeaseLostError)) throw error;
          return;
        }
        report({ kind: 'released' });
      });
    },
  };
}
