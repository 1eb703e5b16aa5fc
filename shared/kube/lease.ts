import { delay } from '../clock.ts';
import { type HeldLease, holdLease, type LeaseState } from './held-lease.ts';
import { ConnectionError } from './kube.ts';
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
  /** Set, or with `null` removed, as the Lease is taken; others are left as they are. */
  annotations?: AnnotationPatch | undefined;
  /** For a Lease that has to be made: owner references, so that it goes away with its workload. */
  ownerReferences?: readonly unknown[] | undefined;
  signal?: AbortSignal | undefined;
  /** False when that holder certainly is dead, as a process of this host that no longer runs. Undefined: unknown. */
  isHolderAlive?: ((identity: string) => boolean | undefined) | undefined;
  /** Called when another holder is found, and we begin to watch whether it still renews. */
  onObserve?: ((lease: Lease, upToMs: number) => void) | undefined;
  /** Called whenever what we know about our hold changes. */
  onState?: ((state: LeaseState) => void) | undefined;
}

/** While another holder is observed the Lease is read this many times per duration, twice as often as it renews. */
const LOOKS_PER_DURATION = 6;
/** Writes whose answer was lost; the next look tells whether they were done. */
const MAX_LOST_ANSWERS = 3;

/**
 * Takes a Lease as a lock and keeps renewing it until it is released or lost.
 *
 * A Lease that names another holder may be taken only when we ourselves saw it unchanged for its whole duration by
 * our own clock: times written in it come from other clocks. This is client-go's rule (leaderelection.go), and
 * compare-and-swap decides between two who take it at once.
 *
 * @throws HeldByOtherError as soon as the other holder is seen to renew
 * @throws ApiError, ConnectionError; the signal's reason when it aborts
 */
export async function acquireLease(options: AcquireLeaseOptions): Promise<HeldLease> {
  let observed: { lease: Lease; sinceMs: number } | undefined;
  for (let lostAnswers = 0; ; ) {
    options.signal?.throwIfAborted();
    const lease = await fetchLease(options, options.signal);
    const nowMs = options.clock.nowMs();
    if (lease !== undefined && !isFree(lease, options)) {
      if (observed !== undefined && isRenewal(observed.lease, lease)) throw new HeldByOtherError(lease);
      if (observed?.lease.metadata.resourceVersion !== lease.metadata.resourceVersion) {
        observed = { lease, sinceMs: nowMs };
        options.onObserve?.(lease, waitMs(lease, options));
      }
      const leftMs = observed.sinceMs + waitMs(lease, options) - nowMs;
      if (leftMs > 0) {
        await delay(options.clock, Math.min(leftMs, options.durationMs / LOOKS_PER_DURATION), options.signal);
        continue;
      }
    }
    const sentMs = options.clock.nowMs();
    try {
      return holdLease(options, await take(lease, options), sentMs, options.onState);
    } catch (error) {
      const answerLost = error instanceof ConnectionError && ++lostAnswers < MAX_LOST_ANSWERS;
      if (!isConflict(error) && !answerLost) throw error;
    }
  }
}

function isFree({ spec }: Lease, { identity, isHolderAlive }: AcquireLeaseOptions): boolean {
  const { holderIdentity } = spec;
  return holderIdentity === '' || holderIdentity === identity || isHolderAlive?.(holderIdentity) === false;
}

/** Annotations may be written by others than the holder, so only a newer renewTime, or a new holder, shows life. */
function isRenewal(before: Lease, after: Lease): boolean {
  return (
    before.spec.holderIdentity !== after.spec.holderIdentity ||
    before.spec.renewTimeMs !== after.spec.renewTimeMs ||
    before.spec.leaseTransitions !== after.spec.leaseTransitions
  );
}

/** The holder's own duration counts if it is longer than ours. */
function waitMs({ spec }: Lease, { durationMs }: AcquireLeaseOptions): number {
  return Math.max(durationMs, spec.leaseDurationSeconds * 1000);
}

function take(lease: Lease | undefined, options: AcquireLeaseOptions): Promise<Lease> {
  const { annotations = {}, ownerReferences } = options;
  if (lease === undefined) return createLease(options, annotations, ownerReferences);
  const changed = lease.spec.holderIdentity === options.identity ? 0 : 1;
  const spec = { ...takenBy(options), leaseTransitions: lease.spec.leaseTransitions + changed };
  return patchLease(options, lease, spec, annotations);
}
