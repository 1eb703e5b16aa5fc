import type { Clock } from '../clock.ts';
import { ApiError, type Kube } from './kube.ts';
import { type Lease, readLease } from './objects.ts';
import { RESOURCES, resourcePath } from './paths.ts';

/** A Lease, and our identity as its holder. */
export interface LeaseAddress {
  kube: Kube;
  namespace: string;
  name: string;
  /** Unique: no other process, and no later one of ours, may use it. */
  identity: string;
  durationMs: number;
  clock: Clock;
}

/** Annotations to set, or `null` to remove. */
export type AnnotationPatch = Readonly<Record<string, string | null>>;

/** Another process holds the Lease and renews it. */
export class HeldByOtherError extends Error {
  override readonly name = 'HeldByOtherError';
  readonly holder: string;
  /** When the holder took it, by the API server's clock. */
  readonly sinceMs: number | undefined;
  readonly renewedMs: number | undefined;
  readonly lease: Lease;

  constructor(lease: Lease) {
    const { holderIdentity, acquireTimeMs, renewTimeMs } = lease.spec;
    super(
      `lease ${lease.metadata.namespace}/${lease.metadata.name} is held by ${holderIdentity}` +
        ` since ${timeText(acquireTimeMs)}, renewed at ${timeText(renewTimeMs)}`,
    );
    this.holder = holderIdentity;
    this.sinceMs = acquireTimeMs;
    this.renewedMs = renewTimeMs;
    this.lease = lease;
  }
}

/** We held the Lease, and no longer do. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  /** The current holder; empty if there is none, or the Lease was deleted. */
  readonly holder: string;

  constructor(where: string, holder: string) {
    super(`lease ${where} was lost: ${holder === '' ? 'it has no holder now' : `${holder} holds it now`}`);
    this.holder = holder;
  }
}

/** The current Lease, or undefined if there is none. */
export async function fetchLease(at: LeaseAddress, signal?: AbortSignal): Promise<Lease | undefined> {
  try {
    const answer = await at.kube.request({
      method: 'GET',
      path: leasePath(at),
      timeoutMs: requestTimeoutMs(at),
      ...(signal !== undefined && { signal }),
    });
    return readLease(answer);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Creates the Lease, held by us. Throws ApiError 409 if another process created it first. */
export async function createLease(
  at: LeaseAddress,
  annotations: AnnotationPatch,
  ownerReferences: readonly unknown[] | undefined,
): Promise<Lease> {
  const answer = await at.kube.request({
    method: 'POST',
    path: resourcePath({ ...RESOURCES.leases, namespace: at.namespace }),
    timeoutMs: requestTimeoutMs(at),
    body: {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: {
        name: at.name,
        namespace: at.namespace,
        annotations: Object.fromEntries(Object.entries(annotations).filter(([, value]) => value !== null)),
        ...(ownerReferences !== undefined && { ownerReferences }),
      },
      spec: { ...takenBy(at), leaseTransitions: 0 },
    },
  });
  return readLease(answer);
}

/**
 * Updates the Lease if it is unchanged since `seen`: a merge patch with a resourceVersion is rejected with
 * 409 after another write, and leaves other fields unchanged.
 */
export async function patchLease(
  at: LeaseAddress,
  seen: Lease,
  spec: Readonly<Record<string, unknown>>,
  annotations: AnnotationPatch = {},
): Promise<Lease> {
  const answer = await at.kube.request({
    method: 'PATCH',
    patch: 'merge',
    path: leasePath(at),
    timeoutMs: requestTimeoutMs(at),
    body: { metadata: { resourceVersion: seen.metadata.resourceVersion, annotations }, spec },
  });
  return readLease(answer);
}

/** The spec of a Lease that we acquire now. */
export function takenBy(at: LeaseAddress): Readonly<Record<string, unknown>> {
  return {
    holderIdentity: at.identity,
    leaseDurationSeconds: Math.ceil(at.durationMs / 1000),
    acquireTime: microTime(serverNowMs(at)),
    ...renewedNow(at),
  };
}

/** The fields that a renewal changes. */
export function renewedNow(at: LeaseAddress): Readonly<Record<string, unknown>> {
  return { renewTime: microTime(serverNowMs(at)) };
}

/** A third of the duration, so that a holder whose request hangs can retry before others may take over. */
export function requestTimeoutMs({ durationMs }: LeaseAddress): number {
  return durationMs / 3;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.code === 409;
}

function leasePath({ namespace, name }: LeaseAddress): string {
  return resourcePath({ ...RESOURCES.leases, namespace, name });
}

/** Times in a Lease are read on other machines, so they use the API server's clock. */
function serverNowMs({ kube }: LeaseAddress): number {
  return kube.serverNowMs();
}

/** MicroTime requires six decimals. */
function microTime(atMs: number): string {
  return new Date(atMs).toISOString().replace(/Z$/, '000Z');
}

function timeText(atMs: number | undefined): string {
  return atMs === undefined ? 'an unknown time' : new Date(atMs).toISOString();
}
