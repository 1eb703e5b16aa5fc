import { delay, instantOf } from '../clock.ts';
import { type HeldLease, holdLease, type LeaseState } from './held-lease.ts';
import { ConnectionError } from './kube.ts';
import { believedForMs, type HolderSight, isRenewed, seeHolder } from './lease-holder.ts';
import {
  type AnnotationPatch,
  createLease,
  fetchLease,
  HeldByOtherError,
  isConflict,
  type LeaseAddress,
  patchLease,
  takenBy,
} from './lease-record.ts';
import type { Lease } from './objects.ts';

export type { HeldLease, LeaseState } from './held-lease.ts';
export { HeldByOtherError, LeaseLostError } from './lease-record.ts';

export interface AcquireLeaseOptions extends LeaseAddress {
  /**
   * Annotations to set, or `null` to remove, when the Lease is acquired, computed from its previous state;
   * others are unchanged.
   */
  annotations?: ((before: Lease | undefined) => AnnotationPatch) | undefined;
  /** Owner references for a new Lease, so that it is garbage-collected with its workload. */
  ownerReferences?: readonly unknown[] | undefined;
  signal?: AbortSignal | undefined;
  /** An earlier observation of the holder, which need not be observed from the beginning again. */
  sight?: HolderSight | undefined;
  /** Called when another holder is found and observation of its renewals begins. */
  onObserve?: ((lease: Lease, upToMs: number) => void) | undefined;
  /** Called when the state of our Lease changes. */
  onState?: ((state: LeaseState) => void) | undefined;
}

/**
 * While another holder is observed, the Lease is read this many times per duration, twice as often as it is renewed.
 */
const LOOKS_PER_DURATION = 6;
/** The field has 32 bits. */
const MOST_TRANSITIONS = 2 ** 31 - 1;
/** Writes whose response was lost; the next read shows whether they succeeded. */
const MAX_LOST_ANSWERS = 3;

/**
 * Acquires a Lease as a lock and keeps renewing it until it is released or lost.
 *
 * A Lease with another holder may be acquired only after we observed it without a renewal for its full
 * duration; compare-and-swap decides between concurrent attempts. Nothing shortens this: that no local
 * process has the holder's name proves nothing when two machines share a hostname or are copies of one image.
 *
 * @throws HeldByOtherError when the other holder is seen renewing
 * @throws ApiError, ConnectionError; the signal's reason when it aborts
 */
export async function acquireLease(options: AcquireLeaseOptions): Promise<HeldLease> {
  const { clock, durationMs, identity } = options;
  let { sight } = options;
  for (let lostAnswers = 0; ; ) {
    options.signal?.throwIfAborted();
    const lease = await fetchLease(options, options.signal);
    if (lease !== undefined && lease.spec.holderIdentity !== '' && lease.spec.holderIdentity !== identity) {
      if (sight !== undefined && isRenewed(sight.lease, lease)) throw new HeldByOtherError(lease);
      const isNew = sight === undefined;
      sight = seeHolder(sight, lease, clock.monotonicMs());
      const leftMs = believedForMs(sight, durationMs, clock.monotonicMs());
      if (isNew) options.onObserve?.(lease, leftMs);
      if (leftMs > 0) {
        await delay(clock, Math.min(leftMs, durationMs / LOOKS_PER_DURATION), options.signal);
        continue;
      }
    }
    const sent = instantOf(clock);
    try {
      return holdLease(options, await take(lease, options), sent, options.onState);
    } catch (error) {
      const answerLost = error instanceof ConnectionError && ++lostAnswers < MAX_LOST_ANSWERS;
      if (!isConflict(error) && !answerLost) throw error;
    }
  }
}

function take(lease: Lease | undefined, options: AcquireLeaseOptions): Promise<Lease> {
  const { ownerReferences } = options;
  const annotations = options.annotations?.(lease) ?? {};
  if (lease === undefined) return createLease(options, annotations, ownerReferences);
  const changed = lease.spec.holderIdentity === options.identity ? 0 : 1;
  const spec = {
    ...takenBy(options),
    leaseTransitions: Math.min(MOST_TRANSITIONS, lease.spec.leaseTransitions + changed),
  };
  return patchLease(options, lease, spec, annotations);
}
