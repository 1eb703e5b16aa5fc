import { type RemovablePod, UnansweredRemovals } from '../../../../shared/removals/decide/unanswered.ts';
import { decodeMemory, encodeMemory } from '../../../../shared/rollout/decide/memory-text.ts';
import type { Disrupt, Observation, RolloutMemory } from '../../../../shared/rollout/decide/types.ts';

/** An eviction on its way: it may be carried out as long as its pod is what it was bound to. */
export interface Request {
  name: string;
  uid: string;
  version: number;
  /** The process that sent it waits for its answer. */
  awaited: boolean;
}

/** What becomes of a write of the memory: applied, not applied, applied without an answer, or the process dies of it. */
export type SaveFate = 'stored' | 'failed' | 'lost' | 'fatal' | 'fatal, stored';

/** Ways in which a process could break the protocol: each must be found. */
export interface Faults {
  /** Who takes the Lease over takes nothing for sent by the process before. */
  suspectsNothing?: boolean;
  /** A process that was frozen continues without a look at whether the Lease is still its own. */
  continuesBlindly?: boolean;
  /** The memory is written over whatever the Lease has by then. */
  overwritesLease?: boolean;
  /** Pods are evicted, and their wave is stored nowhere. */
  evictsUnstored?: boolean;
  /** What is in flight is forgotten with a new revision. */
  forgetsWithRevision?: boolean;
  /** What is down is looked for where a pod's successor has been scheduled. */
  followsSuccessors?: boolean;
}

/** The Lease as the API server has it. */
export class LeaseModel {
  version = 1;
  memory: RolloutMemory;

  constructor(memory: RolloutMemory) {
    this.memory = memory;
  }
}

/** What one process of the plugin has in mind. */
export class Process {
  memory: RolloutMemory;
  /** What it knows to be stored. */
  durable: RolloutMemory | undefined;
  readonly evicted = new Set<string>();
  unanswered = new UnansweredRemovals();
  seen: { observation: Observation; pods: RemovablePod[] }[] = [];
  /** Decided and checked, and sent in the next instant. */
  prepared: Request[] = [];
  private leaseVersion: number;

  /** Takes the Lease over. */
  constructor(lease: LeaseModel, { suspectsNothing }: Faults) {
    const restored = decodeMemory(encodeMemory(lease.memory));
    if (!restored) throw new Error('the memory did not survive its own encoding');
    this.memory = restored;
    lease.version += 1;
    this.leaseVersion = lease.version;
    if (!suspectsNothing) this.unanswered.suspect(restored.inFlight.map(({ uid }) => uid));
  }

  /** Whether the Lease is still its own. */
  holds(lease: LeaseModel): boolean {
    return lease.version === this.leaseVersion;
  }

  isDurable({ pods, memory }: Disrupt): boolean {
    if (this.durable?.revision !== memory.revision) return false;
    const stored = new Set(this.durable.inFlight.map(({ uid }) => uid));
    return pods.every(({ uid }) => stored.has(uid));
  }

  /** @returns whether the Lease has it now */
  write(lease: LeaseModel, memory: RolloutMemory, { overwritesLease }: Faults): boolean {
    if (!this.holds(lease) && !overwritesLease) return false;
    lease.memory = memory;
    lease.version += 1;
    this.leaseVersion = lease.version;
    return true;
  }

  forget(): void {
    this.memory = { ...this.memory, inFlight: [] };
    this.unanswered = new UnansweredRemovals();
  }

  /** What it would do next without a look at anything. */
  takePrepared(): Request[] {
    const { prepared } = this;
    this.prepared = [];
    return prepared;
  }
}
