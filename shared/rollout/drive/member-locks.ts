import type { Clock } from '../../clock.ts';
import { UserError } from '../../errors.ts';
import type { Kube } from '../../kube/kube.ts';
import { acquireLease, HeldByOtherError, type HeldLease, type LeaseState } from '../../kube/lease.ts';
import { type HolderSight, seeHolder } from '../../kube/lease-holder.ts';
import type { Lease } from '../../kube/objects.ts';
import type { FormerRequests } from '../../removals/decide/former-requests.ts';
import { listNames } from '../../sentences.ts';
import type { GateState } from '../decide/types.ts';
import { type Member, subjectOf } from '../decide/workload.ts';
import { commandName, leaseName, type WorkloadId } from '../decide/workload-id.ts';
import { ANNOTATION } from './annotations.ts';
import type { RolloutOutcome } from './events.ts';
import { formerRequests } from './former-requests.ts';
import { fetchRolloutLease, LEASE_DURATION_MS } from './rollout-lease.ts';
import { referenceTo } from './workload-names.ts';

export interface MemberLocksOptions {
  kube: Kube;
  clock: Clock;
  /** The group. */
  id: WorkloadId;
  /** The holder of the group's Lease, which is also the one of these. */
  identity: string;
  /** The one before, whose requests are in the memory of the group's Lease; empty if that cannot be read. */
  before: string;
  /** Observations of the members' Leases from before the group's Lease was acquired, by name of the Lease. */
  sights: ReadonlyMap<string, HolderSight>;
  signal: AbortSignal;
  /** The current ones. */
  members(): readonly Member[];
  /** Resolves when the watches show what was done before a Lease was acquired. */
  reach(): Promise<void>;
  onObserve(holder: string, upToMs: number): void;
  onState(state: LeaseState): void;
}

/** Requests of an earlier holder of one member's Lease that may still be carried out. */
export interface FormerOfMember {
  /** Of the member. */
  uid: string;
  requests: FormerRequests;
}

/** Another attempt for a member that joined and whose Lease another process holds. */
const RETRY_MS = 5_000;

interface Held {
  lease: HeldLease;
  former: FormerRequests | undefined;
}

/**
 * The Leases that rollouts and drains of the single StatefulSets of a group hold: a group's rollout holds all of them, so
 * that nothing else disrupts their pods meanwhile.
 */
export class MemberLocks {
  readonly #options: MemberLocksOptions;
  /** By uid of the member. */
  readonly #held = new Map<string, Held>();
  /** Members that joined, and why their Leases are not held yet. */
  readonly #pending = new Map<string, string>();
  readonly #retries = new Set<() => void>();
  #stopped = false;

  constructor(options: MemberLocksOptions) {
    this.#options = options;
  }

  /**
   * Acquires the Leases of all members.
   *
   * @throws UserError that names the holder if another process has one
   */
  async acquire(members: readonly Member[]): Promise<void> {
    const claims = await Promise.allSettled(members.map((member) => this.#claim(member)));
    const failed = claims.find((claim) => claim.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Acquires the Leases of members that joined, in the background. */
  follow(members: readonly Member[]): void {
    for (const member of members) {
      const { uid } = member.metadata;
      if (this.#stopped || this.#held.has(uid) || this.#pending.has(uid)) continue;
      this.#pending.set(uid, 'it is being acquired');
      void this.#join(member);
    }
  }

  /** Closed while a member is not held. */
  gate(members: readonly Member[]): GateState {
    const waiting = members.filter(
      ({ metadata }) => !this.#held.has(metadata.uid) || this.#pending.has(metadata.uid),
    );
    const [first] = waiting;
    const why = this.#pending.get(first?.metadata.uid ?? '') ?? 'it is being acquired';
    return {
      name: 'a Lease',
      state: first ? 'closed' : 'open',
      reason: `the Lease of ${listNames(waiting.map(subjectOf))} is not held: ${why}`,
    };
  }

  /** Whether another process may hold one of them. */
  get uncertain(): boolean {
    return [...this.#held.values()].some(({ lease }) => lease.state.kind !== 'held');
  }

  get former(): FormerOfMember[] {
    return [...this.#held].flatMap(([uid, { former }]) => (former ? { uid, requests: former } : []));
  }

  /** Those of one member have ended. From now on only our own may be in progress. */
  async formerEnded(uid: string): Promise<void> {
    const held = this.#held.get(uid);
    if (!held) return;
    held.former = undefined;
    await held.lease.writeAnnotations({ [ANNOTATION.unsettled]: this.#options.identity });
  }

  /**
   * Releases all of them.
   *
   * @param settled no request of ours can still be carried out
   */
  async release(outcome: RolloutOutcome | undefined, settled: boolean): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#retries) cancel();
    const all = [...this.#held.values()].map(async ({ lease, former }) => {
      const ended = settled && !former ? { [ANNOTATION.unsettled]: null } : {};
      const state = outcome === undefined ? {} : { [ANNOTATION.state]: outcome };
      try {
        await lease.writeAnnotations({ ...state, ...ended, [ANNOTATION.partOf]: null });
      } finally {
        await lease.release();
      }
    });
    const failed = (await Promise.allSettled(all)).find((each) => each.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #join(member: Member): Promise<void> {
    const { clock, onState } = this.#options;
    const { uid } = member.metadata;
    try {
      await this.#claim(member);
      await this.#options.reach();
      this.#pending.delete(uid);
    } catch (error) {
      this.#pending.set(uid, error instanceof Error ? error.message : String(error));
      if (this.#stopped) return;
      const cancel = clock.schedule(RETRY_MS, () => {
        this.#retries.delete(cancel);
        this.#pending.delete(uid);
        onState({ kind: 'held' });
      });
      this.#retries.add(cancel);
    }
    onState({ kind: 'held' });
  }

  async #claim(member: Member): Promise<void> {
    const { kube, clock, id, identity, signal } = this.#options;
    const { kind, metadata } = member;
    const name = leaseName(kind, metadata.name);
    let former: FormerRequests | undefined;
    try {
      const lease = await acquireLease({
        ...{ kube, clock, identity, signal, name },
        namespace: metadata.namespace,
        sight: this.#options.sights.get(name),
        durationMs: LEASE_DURATION_MS,
        annotations: (seen) => {
          former = this.#formerIn(seen, kind);
          return {
            [ANNOTATION.state]: 'running',
            [ANNOTATION.reason]: `part of ${id.subject}`,
            [ANNOTATION.aborted]: null,
            [ANNOTATION.partOf]: `${identity} ${commandName(id)}`,
            // If this process dies, who takes this Lease over does not know the pods in the group's Lease.
            [ANNOTATION.unsettled]: former?.by ?? identity,
          };
        },
        ownerReferences: [referenceTo(member)],
        onObserve: ({ spec }, upToMs) => this.#options.onObserve(spec.holderIdentity, upToMs),
        onState: (state) => this.#onState(metadata.uid, state),
      });
      if (this.#stopped) await lease.release();
      else this.#held.set(metadata.uid, { lease, former });
    } catch (error) {
      if (!(error instanceof HeldByOtherError)) throw error;
      throw new UserError(
        `${subjectOf(member)} of ${id.subject} is being rolled out or drained already: ${error.message}`,
        'wait until that has ended, and run the same command again',
        error,
      );
    }
  }

  /** The Lease of a StatefulSet that was deleted is deleted with it. */
  #onState(uid: string, state: LeaseState): void {
    const { members, onState } = this.#options;
    const isMember = members().some(({ metadata }) => metadata.uid === uid);
    if (state.kind === 'lost' && !isMember) this.#held.delete(uid);
    else if (state.kind !== 'released') onState(state);
  }

  /** Those of the group's last rollout are in its memory, as far as that is known. */
  #formerIn(seen: Lease | undefined, kind: string): FormerRequests | undefined {
    const { identity, before } = this.#options;
    const former = seen && formerRequests(seen, { identity, purpose: 'drain', kind });
    const isOurs = former?.by === before && ['', before].includes(seen?.spec.holderIdentity ?? '');
    return isOurs && before !== '' ? undefined : former;
  }
}

/** Reads the members' Leases, so that their holders are observed while the group's Lease is waited for. */
export async function seeMembers(
  { kube, clock }: Pick<MemberLocksOptions, 'kube' | 'clock'>,
  members: readonly Member[],
): Promise<ReadonlyMap<string, HolderSight>> {
  const sights = new Map<string, HolderSight>();
  const all = members.map(async ({ kind, metadata }) => {
    const name = leaseName(kind, metadata.name);
    const lease = await fetchRolloutLease(kube, { namespace: metadata.namespace, name });
    if (lease) sights.set(name, seeHolder(undefined, lease, clock.monotonicMs()));
  });
  await Promise.all(all);
  return sights;
}

/** The workload that a Lease's holder rolls out as a whole, as on the command line; undefined if it is no part of one. */
export function partOf({ spec, metadata }: Lease): string | undefined {
  const [holder, ...words] = (metadata.annotations[ANNOTATION.partOf] ?? '').slice(0, 1024).split(' ');
  const target = words.join(' ');
  const isTarget = /^(?:group\/[\w.-]+|sts)(?: -l '[^'\p{Cc}]*')? -n [\w.-]+$/u.test(target);
  return isTarget && holder !== '' && holder === spec.holderIdentity ? target : undefined;
}
