import type { ScaleRef } from '../../shared/budget/decide/owners.ts';
import { type Clock, delay, instantOf, settledWithin } from '../../shared/clock.ts';
import { type HeldLease, holdLease } from '../../shared/kube/held-lease.ts';
import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { createLease, isConflict, patchLease, takenBy } from '../../shared/kube/lease-record.ts';
import { type PodToSettle, Settlements } from '../../shared/removals/settlements.ts';
import { leaseName } from '../../shared/rollout/decide/workload-id.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import {
  FORMER_REQUESTS_ENDED,
  formerRequests,
  noteFormerRequests,
  whySettling,
} from '../../shared/rollout/drive/former-requests.ts';
import { notedPods, type PodCount, PodNotes } from './pod-notes.ts';
import type { Rollouts } from './rollouts.ts';
import type { DrainWatches } from './watches.ts';

/** A workload, by what its Lease is named after. */
export interface Leasable {
  /** Uid of the workload. */
  key: string;
  namespace: string;
  /** Undefined if unknown: its Lease then outlives it. */
  apiVersion: string | undefined;
  kind: string;
  name: string;
  /** Of an owner whose kind tells no number of pods. */
  count?: PodCount | undefined;
}

/** Whether this drain may evict pods of a workload. */
export type LeaseSight =
  | { kind: 'ours' }
  /** Assumed to live for another `forMs`, unless it is seen to renew. */
  | { kind: 'other'; holder: string; forMs: number | undefined }
  /** It can be claimed, unless there is a problem with that now. */
  | { kind: 'free'; problem: string | undefined }
  /** It is ours, but requests of an earlier holder may still be carried out, or it lacks something. */
  | { kind: 'settling'; reason: string }
  /** The Leases of the namespace are not known yet. */
  | { kind: 'unclear' };

export interface LeasesOptions {
  kube: Kube;
  clock: Clock;
  random: () => number;
  rollouts: Rollouts;
  watches: Pick<DrainWatches, 'reachPods'>;
  process: { host: string; user: string; pid: number };
  onChange(): void;
}

/** Others may take over this long after the holder was last seen alive. */
const SHORTEST_DURATION_MS = 30_000;
/** With it, all Leases together are renewed about ten times a second, regardless of their number. */
const DURATION_EACH_MS = 300;
const LONGEST_DURATION_MS = 10 * 60_000;
const CLAIMS_AT_ONCE = 16;
/** After a failed claim; random, so that two drains do not block each other's claims forever. */
const RETRY_MS = 1_000;
const MOST_TRANSITIONS = 2 ** 31 - 1;
/** How long a claim waits for the watch of pods; then the drain shows what it waits for. */
const REACH_PATIENCE_MS = 2_000;
const NOTING = 'the expected number of its pods is being written to its Lease';
const REACHING = 'its pods are listed again, because another process had its Lease before';

/**
 * The Leases that a drain holds: for each workload the one that a rollout of it holds, so that only one rollout or
 * drain at a time disrupts its pods. A Lease is acquired in the version that the watch shows, by compare-and-swap:
 * either no one holds it, or its holder was not seen to renew it for its full duration.
 */
export class DrainLeases {
  private readonly options: LeasesOptions;
  private readonly identity: string;
  private readonly held = new Map<string, HeldLease>();
  /** Why a claim failed, and until when it is not repeated. */
  private readonly problems = new Map<string, { reason: string; cancel: () => void }>();
  /** Workloads of namespaces being deleted: no Lease can be created there. */
  private readonly exempt = new Set<string>();
  private readonly settlements: Settlements;
  private readonly notes: PodNotes;
  /** Workloads whose Lease had a holder before: the watch may not show yet what that one did last. */
  private readonly unseen = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(options: LeasesOptions) {
    this.options = options;
    this.settlements = new Settlements({
      ...options,
      onOver: (key) => {
        // If the write fails, the next holder is only more careful.
        void this.held
          .get(key)
          ?.writeAnnotations(FORMER_REQUESTS_ENDED)
          .catch(() => {});
      },
    });
    this.notes = new PodNotes({
      heldLease: (key) => this.held.get(key),
      onWritten: options.onChange,
      onFailed: (key, error) => this.fail(key, `its Lease cannot be written: ${messageOf(error)}`),
    });
    const { user, host, pid } = options.process;
    const mark = Math.floor(options.random() * 2 ** 32).toString(36);
    this.identity = `${user}@${host}/${pid}/drain-${mark}`;
  }

  sightOf(workload: Leasable): LeaseSight {
    const { key, namespace, count } = workload;
    if (this.exempt.has(key)) return { kind: 'ours' };
    const held = this.held.get(key)?.state;
    const former = this.settlements.of(key);
    if (held?.kind === 'held') {
      if (this.unseen.has(key)) return { kind: 'settling', reason: REACHING };
      if (former) return { kind: 'settling', reason: whySettling(former) };
      return this.notes.isWritten(key, count) ? { kind: 'ours' } : { kind: 'settling', reason: NOTING };
    }
    if (held?.kind === 'uncertain') return { kind: 'free', problem: 'its Lease could not be renewed' };
    const holder = this.options.rollouts.holderOf({ ...workload, kind: workload.kind.toLowerCase() });
    if (holder === 'unclear') return { kind: 'unclear' };
    if (holder.name !== undefined && holder.name !== this.identity) {
      return { kind: 'other', holder: holder.name, forMs: holder.forMs };
    }
    const problem = this.options.rollouts.unreadable.has(namespace)
      ? `no permission to read Leases in ${namespace}`
      : this.problems.get(key)?.reason;
    return { kind: 'free', problem };
  }

  /**
   * Checks a workload and its pods, from watches that are current: whether requests of an earlier holder have ended, and
   * whether its Lease has the number of its pods.
   *
   * @param podsOf called only if there may be such requests
   */
  look({ key, count }: Leasable, podsOf: () => Iterable<PodToSettle>): void {
    if (this.settlements.of(key) && !this.unseen.has(key)) this.settlements.look(key, podsOf());
    if (!this.problems.has(key)) this.notes.look(key, count);
  }

  /** How many pods an unfinished drain has expected of an owner whose kind tells no number. */
  noted({ namespace, kind, name, uid }: Pick<ScaleRef, 'namespace' | 'kind' | 'name' | 'uid'>) {
    return notedPods(this.options.rollouts.leaseOf(namespace, leaseName(kind.toLowerCase(), name)), uid);
  }

  /** Tries to acquire these Leases; `sightOf` returns the result. Never throws on API errors. */
  async claim(workloads: readonly Leasable[]): Promise<void> {
    const wanted = workloads.filter(({ key }) => this.held.get(key)?.state.kind !== 'held');
    const queue = [...wanted];
    const total = this.held.size + queue.length;
    const durationMs = Math.min(
      LONGEST_DURATION_MS,
      Math.max(SHORTEST_DURATION_MS, total * DURATION_EACH_MS),
    );
    const worker = async () => {
      for (let next = queue.shift(); next && !this.stopping.signal.aborted; next = queue.shift()) {
        await this.take(next, durationMs);
      }
    };
    await Promise.all(Array.from({ length: Math.min(CLAIMS_AT_ONCE, queue.length) }, worker));
    const taken = Map.groupBy(
      wanted.filter(({ key }) => this.unseen.has(key)),
      ({ namespace }) => namespace,
    );
    const reaching = Promise.all([...taken].map(([namespace, some]) => this.reach(namespace, some)));
    await settledWithin(this.options.clock, REACH_PATIENCE_MS, reaching);
  }

  /** Releases all but these. */
  async keep(keys: ReadonlySet<string>): Promise<void> {
    await Promise.all(
      [...this.held].map(([key, held]) => (keys.has(key) ? undefined : this.giveBack(key, held))),
    );
  }

  /** Releases all because others hold required Leases, and claims nothing for a moment. */
  async yield(): Promise<void> {
    for (const key of this.held.keys()) this.fail(key, 'it will be acquired again in a moment');
    await this.keep(new Set());
  }

  /**
   * Releases all permanently.
   *
   * @param uncertain workloads with pods that a request in flight may still evict: their Leases expire instead
   * @param isCurrent whether the last `look` at each workload shows all that was done; otherwise pods may be missing
   */
  async stop({
    uncertain,
    isCurrent,
  }: {
    uncertain: ReadonlySet<string>;
    isCurrent: boolean;
  }): Promise<void> {
    this.stopping.abort(new Error('the drain has ended'));
    this.settlements.stop();
    if (!isCurrent) this.notes.keepAll();
    for (const { cancel } of this.problems.values()) cancel();
    await Promise.all(
      [...this.held].map(([key, held]) => (uncertain.has(key) ? held.leave() : this.giveBack(key, held))),
    );
  }

  /** Retries until the watch shows what was done before. */
  private async reach(namespace: string, workloads: readonly Leasable[]): Promise<void> {
    const { clock, watches, onChange } = this.options;
    const { signal } = this.stopping;
    const held = workloads.map(({ key }) => [key, this.held.get(key)] as const);
    for (let isReached = false; !isReached; ) {
      try {
        await watches.reachPods(namespace, signal);
        isReached = true;
      } catch {
        if (signal.aborted) return;
        await delay(clock, RETRY_MS, signal).catch(() => {});
      }
    }
    for (const [key, lease] of held) if (this.held.get(key) === lease) this.unseen.delete(key);
    onChange();
  }

  private async giveBack(key: string, held: HeldLease): Promise<void> {
    this.held.delete(key);
    this.settlements.forget(key);
    this.unseen.delete(key);
    await this.notes.beforeRelease(key, held);
    // A Lease that could not be released expires.
    await held.release().catch(() => {});
  }

  private async take(workload: Leasable, durationMs: number): Promise<void> {
    const { kube, clock, rollouts, onChange } = this.options;
    const { key, namespace, apiVersion, kind, name, count } = workload;
    const lease = leaseName(kind.toLowerCase(), name);
    const at = { kube, namespace, name: lease, identity: this.identity, durationMs, clock };
    const seen = rollouts.leaseOf(namespace, lease);
    const owners = apiVersion === undefined ? undefined : [{ apiVersion, kind, name, uid: key }];
    const taker = { identity: this.identity, purpose: 'drain', kind: kind.toLowerCase() } as const;
    const former = seen && formerRequests(seen, taker);
    const note = this.notes.whenTaken(key, count);
    const sent = instantOf(clock);
    try {
      const leaseTransitions = Math.min(MOST_TRANSITIONS, (seen?.spec.leaseTransitions ?? 0) + 1);
      const spec = { ...takenBy(at), leaseTransitions };
      const taken = seen
        ? await patchLease(at, seen, spec, { ...noteFormerRequests(former), ...note })
        : // A rollout that finds it must not mistake it for an unfinished one of its own.
          await createLease(at, { [ANNOTATION.state]: 'done', ...note }, owners);
      if (this.stopping.signal.aborted) return;
      if (former) this.settlements.begin(key, former);
      if (seen) this.unseen.add(key);
      this.notes.taken(key, count);
      this.held.set(key, holdLease(at, taken, sent, onChange));
    } catch (error) {
      if (isTerminating(error)) this.exempt.add(key);
      else if (isConflict(error))
        this.fail(key, 'its Lease was acquired by another process at the same time');
      else this.fail(key, `its Lease cannot be acquired: ${messageOf(error)}`);
    }
  }

  private fail(key: string, reason: string): void {
    const { clock, random, onChange } = this.options;
    this.problems.get(key)?.cancel();
    if (this.stopping.signal.aborted) return;
    const cancel = clock.schedule(RETRY_MS * (0.5 + random()), () => {
      this.problems.delete(key);
      onChange();
    });
    this.problems.set(key, { reason, cancel });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Nothing can be created in a namespace that is being deleted, or does not exist. */
function isTerminating(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.code === 404 || (error.code === 403 && /being terminated/.test(error.message));
}
