import type { Clock } from '../../clock.ts';
import type { ProcessIdentity } from '../../drive/operator.ts';
import { UserError } from '../../errors.ts';
import type { Kube } from '../../kube/kube.ts';
import { acquireLease, HeldByOtherError, type HeldLease, type LeaseState } from '../../kube/lease.ts';
import type { Lease } from '../../kube/objects.ts';
import type { ZoneSource } from '../../kube/zones.ts';
import { emptyMemory } from '../decide/memory.ts';
import { decodeMemory, encodeMemory, MOST_MEMORY_CHARACTERS } from '../decide/memory-text.ts';
import type { GateState, RolloutMemory, RolloutOptions } from '../decide/types.ts';
import type { Member, Workload } from '../decide/workload.ts';
import { commandName, type WorkloadId } from '../decide/workload-id.ts';
import { ANNOTATION } from './annotations.ts';
import type { RolloutOutcome } from './events.ts';
import {
  FORMER_REQUESTS_ENDED,
  type FormerRequests,
  formerRequests,
  noteFormerRequests,
} from './former-requests.ts';
import { noteHolderFlags } from './holder-flags.ts';
import { MemberLocks, partOf, seeMembers } from './member-locks.ts';
import { fetchRolloutLease, LEASE_DURATION_MS } from './rollout-lease.ts';
import { noteStrategies, readStrategies, type UpdateStrategy } from './strategy.ts';
import { referenceTo } from './workload-names.ts';

/** A reason may quote a container's log; all annotations together must fit. */
export const MOST_REASON_CHARACTERS = 4096;

export interface FormerHolder {
  /** Of the member whose pods the requests are for; undefined for all pods. */
  uid: string | undefined;
  requests: FormerRequests;
}

/** The workload's Lease, which makes a rollout exclusive and resumable. */
export interface RolloutLock {
  /** Left by the previous holder; empty if there is nothing to resume. */
  readonly memory: RolloutMemory;
  readonly resumed: boolean;
  /**
   * Requests of a drain, or of an unknown process, that held a Lease before; those of a rollout are in the memory.
   */
  readonly former: readonly FormerHolder[];
  /** Records that these have ended, for the next holder. */
  formerEnded(uid: string | undefined): Promise<void>;
  /** Of a group: acquires the Leases of members that have joined. Closed until all are held. */
  follow(workload: Workload): readonly GateState[];
  /**
   * The Lease's annotations from a watch, which is ignored until it shows us as the holder: orders for the
   * previous holder no longer apply.
   */
  annotations(watched: Lease | undefined): Readonly<Record<string, string>>;
  /** The update strategies before OnDelete, by name of the StatefulSet. */
  readonly strategiesBefore: ReadonlyMap<string, UpdateStrategy>;
  /** True while the Lease could not be renewed for so long that another process may hold it. */
  readonly uncertain: boolean;
  /**
   * @throws LeaseLostError if another process holds it
   * @throws UserError for a memory too large for the Lease; see `checkZones`
   */
  save(memory: RolloutMemory): Promise<void>;
  rememberStrategies(strategies: ReadonlyMap<string, UpdateStrategy>): Promise<void>;
  /** Writes why the rollout is waiting, or with undefined that it runs, for other commands. */
  noteHeld(reason: string | undefined): Promise<void>;
  /**
   * Records the outcome and releases the Lease. A finished rollout leaves nothing to resume.
   *
   * @param isAnswered false if requests may still be carried out: the Lease then expires as if the process had died, so
   * that the next holder makes them impossible
   */
  release(outcome: RolloutOutcome, reason: string, isAnswered: boolean): Promise<void>;
}

/**
 * Whether the last rollout did not complete its cleanup: even if every pod was replaced, the strategy may
 * have to be restored and the status updated.
 */
export async function isLeftUnfinished(kube: Kube, { namespace, lease: name }: WorkloadId): Promise<boolean> {
  const lease = await fetchRolloutLease(kube, { namespace, name });
  return lease !== undefined && lease.metadata.annotations[ANNOTATION.state] !== 'done';
}

export interface LockOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  workload: Workload;
  process: ProcessIdentity;
  options: Pick<RolloutOptions, 'maxUnavailable' | 'singleZone'>;
  /** Where zones come from; undefined for the workload's default. */
  zones: ZoneSource | undefined;
  signal: AbortSignal;
  /** Called when another holder is observed, with the maximum duration of that. */
  onObserve(holder: string, upToMs: number): void;
  onState(state: LeaseState): void;
  /** The current members of the workload. */
  members(): readonly Member[];
  /** Resolves when the watches show what was done before a Lease was acquired. */
  reach(): Promise<void>;
}

/** Unique, even among machines with the same hostname. */
export function identityOf({ user, host, pid }: ProcessIdentity, random: () => number): string {
  const mark = Math.floor(random() * 2 ** 48).toString(36);
  return `${user.slice(0, 100)}@${host.slice(0, 300)}/${pid}/${mark}`;
}

/**
 * Acquires the Lease.
 *
 * @throws UserError that names the holder if another process is rolling out the workload
 */
export async function acquireRolloutLock(options: LockOptions): Promise<RolloutLock> {
  const { workload, process } = options;
  const { kind, namespace, lease: name, subject } = workload.id;
  const identity = identityOf(process, options.random);
  let held: HeldLease;
  let former: FormerRequests | undefined;
  let last = '';
  const sights = kind === 'group' ? await seeMembers(options, workload.members) : new Map();
  try {
    held = await acquireLease({
      kube: options.kube,
      namespace,
      name,
      identity,
      durationMs: LEASE_DURATION_MS,
      clock: options.clock,
      // A pause outlives its rollout: it was not lifted.
      annotations: (before) => {
        former = before && formerRequests(before, { identity, purpose: 'rollout', kind });
        last = lastHolder(before);
        return {
          [ANNOTATION.state]: 'running',
          [ANNOTATION.reason]: null,
          [ANNOTATION.run]: identity,
          [ANNOTATION.partOf]: null,
          [ANNOTATION.aborted]: null,
          [ANNOTATION.maxUnavailable]: null,
          [ANNOTATION.maxUnavailableBy]: null,
          [ANNOTATION.undone]: null,
          ...noteHolderFlags(options.options, options.zones),
          ...noteFormerRequests(former),
        };
      },
      ownerReferences: workload.members.map(referenceTo),
      signal: options.signal,
      onObserve: (lease, upToMs) => options.onObserve(lease.spec.holderIdentity, upToMs),
      onState: options.onState,
    });
  } catch (error) {
    if (!(error instanceof HeldByOtherError)) throw error;
    const whole = partOf(error.lease);
    throw new UserError(
      `${subject} is already being rolled out${whole === undefined ? '' : ` as part of ${whole}`}: ${error.message}`,
      `wait, or run: kubectl zone rollout abort ${whole ?? commandName(workload.id)}`,
      error,
    );
  }
  if (kind !== 'group') return rolloutLock(held, workload, former, undefined);
  const members = new MemberLocks({ ...options, id: workload.id, identity, before: last, sights });
  try {
    await members.acquire(workload.members);
  } catch (error) {
    await Promise.allSettled([members.release(undefined, true), held.release()]);
    throw error;
  }
  return rolloutLock(held, workload, former, members);
}

/** The holder whose requests the memory names; empty if there is no such memory. */
function lastHolder(lease: Lease | undefined): string {
  if (!lease) return '';
  const { annotations } = lease.metadata;
  const text = annotations[ANNOTATION.memory];
  if (text !== undefined && !decodeMemory(text)) return '';
  return lease.spec.holderIdentity || (annotations[ANNOTATION.run] ?? '');
}

function rolloutLock(
  held: HeldLease,
  { id, updateRevision }: Workload,
  former: FormerRequests | undefined,
  members: MemberLocks | undefined,
): RolloutLock {
  const text = held.lease.metadata.annotations[ANNOTATION.memory];
  const left = text === undefined ? undefined : decodeMemory(text);
  let isSettled = !left || left.inFlight.length === 0;
  return {
    memory: left ?? emptyMemory(updateRevision),
    get former() {
      return [...(former ? [{ uid: undefined, requests: former }] : []), ...(members?.former ?? [])];
    },
    async formerEnded(uid) {
      if (uid === undefined) await held.writeAnnotations(FORMER_REQUESTS_ENDED);
      else await members?.formerEnded(uid);
    },
    follow(workload) {
      members?.follow(workload.members);
      return members ? [members.gate(workload.members)] : [];
    },
    resumed: left !== undefined && left.revision === updateRevision && left.waves > 0,
    annotations(watched) {
      const ours = watched?.spec.holderIdentity === held.lease.spec.holderIdentity;
      return (ours ? watched : held.lease).metadata.annotations;
    },
    get strategiesBefore() {
      return readStrategies(id, held.lease.metadata.annotations);
    },
    get uncertain() {
      return held.state.kind !== 'held' || members?.uncertain === true;
    },
    async save(memory) {
      const text = encodeMemory(memory);
      if (text.length > MOST_MEMORY_CHARACTERS) {
        throw new UserError(
          `${memory.inFlight.length} pods in progress cannot be recorded in the rollout's Lease, so no more are evicted`,
          'run the same command with a smaller --max-unavailable',
        );
      }
      isSettled = memory.inFlight.length === 0;
      await held.writeAnnotations({
        [ANNOTATION.memory]: text,
        [ANNOTATION.revision]: memory.revision,
        [ANNOTATION.wave]: String(memory.waves),
      });
    },
    async rememberStrategies(strategies) {
      await held.writeAnnotations(noteStrategies(id, strategies));
    },
    async noteHeld(reason) {
      await held.writeAnnotations({
        [ANNOTATION.state]: reason === undefined ? 'running' : 'held',
        [ANNOTATION.reason]: reason?.slice(0, MOST_REASON_CHARACTERS) ?? null,
      });
    },
    async release(outcome, reason, isAnswered) {
      const memory = outcome === 'done' ? { [ANNOTATION.memory]: null } : {};
      try {
        await held.writeAnnotations({
          [ANNOTATION.state]: outcome,
          [ANNOTATION.reason]: reason.slice(0, MOST_REASON_CHARACTERS),
          ...memory,
        });
        await members?.release(outcome, outcome === 'done' || isSettled);
      } finally {
        await (isAnswered ? held.release() : held.leave());
      }
    },
  };
}
