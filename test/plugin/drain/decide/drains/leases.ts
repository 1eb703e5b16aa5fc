/** The Leases of workloads, as the API server has them. */
export interface ModelLease {
  /** Undefined if it was released. */
  holder: number | undefined;
  renewedMs: number;
  /** Whether requests of a holder that died may still be carried out. */
  unsettled: boolean;
  /** The expected number of pods. */
  note: number | undefined;
}

/** As long as a drain's Lease of few workloads lasts. */
const LEASE_MS = 30_000;
/** A holder acts for this long after a renewal. */
const ACTS_MS = 20_000;

export class ModelLeases {
  private readonly leases = new Map<string, ModelLease>();

  of(key: string): ModelLease | undefined {
    return this.leases.get(key);
  }

  /** Who has it, as all others must assume. */
  holderOf(key: string, nowMs: number): number | undefined {
    const lease = this.leases.get(key);
    return lease && nowMs - lease.renewedMs < LEASE_MS ? lease.holder : undefined;
  }

  /** @returns the Lease before; 'held' if another process has it */
  take(key: string, id: number, nowMs: number): ModelLease | undefined | 'held' {
    const before = this.leases.get(key);
    const holder = this.holderOf(key, nowMs);
    if (holder !== undefined && holder !== id) return 'held';
    const left = before?.holder !== undefined && before.holder !== id;
    const unsettled = left || before?.unsettled === true;
    this.leases.set(key, { holder: id, renewedMs: nowMs, unsettled, note: before?.note });
    return before && { ...before, unsettled };
  }

  /** @returns whether it is still theirs */
  renew(key: string, id: number, nowMs: number): boolean {
    const lease = this.leases.get(key);
    if (lease?.holder !== id) return false;
    lease.renewedMs = nowMs;
    return true;
  }

  release(key: string, id: number): void {
    const lease = this.leases.get(key);
    if (lease?.holder === id) lease.holder = undefined;
  }
}

/** Whether somebody who renewed it then may act on it. */
export function mayAct(renewedMs: number | undefined, nowMs: number): boolean {
  return renewedMs !== undefined && nowMs - renewedMs < ACTS_MS;
}
