import type { Admission, AdmissionRequest } from '../../../../../shared/budget/decide/admit.ts';
import type { BudgetDecision, BudgetProblem } from '../../../../../shared/budget/decide/decide.ts';
import { type BudgetMemory, createBudgetMemory } from '../../../../../shared/budget/decide/memory.ts';
import { withoutTrust } from '../../../../../shared/budget/decide/reconcile.ts';
import { distrust } from '../../../../../shared/budget/decide/trust.ts';
import type { BudgetObservation, ZoneDisruptionBudget } from '../../../../../shared/budget/decide/types.ts';
import { settlingProblem } from '../../../../../shared/budget/decide/view.ts';
import { type ApiServer, isGuarding, type ModelPod } from './api-server.ts';
import { LaggingCache } from './cache.ts';
import type { Dialect } from './dialect.ts';
import { type Eviction, isGivenUp, type Permit } from './eviction.ts';
import type { Protocol } from './protocol.ts';
import type { Pick } from './random.ts';
import type { Witness } from './witness.ts';

const MAX_TRIES = 4;

interface Batch {
  evictions: readonly Eviction[];
  tries: number;
  /** Few pods are read after the budget and many before it: both orders must do. */
  budgetFirst: boolean;
  /** What a list of the budgets has shown: `none` that covers the pods. */
  budget: ZoneDisruptionBudget | 'none' | undefined;
  reads: Map<Eviction, ModelPod | undefined>;
  written: readonly BudgetDecision[] | undefined;
}

/** One replica of the webhook. Each `step` is one exchange with the API server; anything may happen in between. */
export class Webhook {
  readonly cache: LaggingCache;
  private readonly api: ApiServer;
  private readonly witness: Witness;
  private readonly protocol: Protocol;
  private readonly permits: Permit[];
  private readonly pick: Pick;
  private readonly dialect: Dialect;
  private readonly wallAheadMs: () => number;
  private memory: BudgetMemory = createBudgetMemory();
  private queue: Eviction[] = [];
  private batch: Batch | undefined;

  constructor(world: {
    api: ApiServer;
    witness: Witness;
    protocol: Protocol;
    permits: Permit[];
    pick: Pick;
    dialect: Dialect;
    wallAheadMs: () => number;
  }) {
    this.api = world.api;
    this.witness = world.witness;
    this.protocol = world.protocol;
    this.permits = world.permits;
    this.pick = world.pick;
    this.dialect = world.dialect;
    this.wallAheadMs = world.wallAheadMs;
    this.cache = new LaggingCache(world.api);
  }

  get idle(): boolean {
    return this.batch === undefined && this.queue.length === 0;
  }

  ask(eviction: Eviction): void {
    this.queue.push(eviction);
  }

  step(nowMs: number): void {
    if (this.batch) this.goOn(this.batch, nowMs);
    else this.begin();
  }

  /** The watch of budgets brings what is stored now. */
  hear(): void {
    const { budget, nowMs } = this.api;
    if (budget && !this.cache.isSilent) this.memory.see(this.dialect.decode(budget), nowMs);
  }

  /** The process dies: who waited for its answer is refused. */
  crash(pick: Pick): void {
    if (this.batch?.written) for (const each of this.batch.evictions) this.witness.comesToNothing(each);
    this.batch = undefined;
    this.queue = [];
    this.memory = createBudgetMemory();
    this.cache.restart(pick);
  }

  private goOn(batch: Batch, nowMs: number): void {
    const unread = batch.evictions.find((eviction) => !batch.reads.has(eviction));
    if (!batch.budget && (batch.budgetFirst || !unread)) batch.budget = this.listBudget();
    else if (unread) batch.reads.set(unread, this.api.pods.get(unread.name));
    else if (batch.budget === 'none') this.letPass(batch);
    else if (batch.budget && !batch.written) this.write(batch, batch.budget, nowMs);
    else this.answer(batch, nowMs);
  }

  private listBudget(): ZoneDisruptionBudget | 'none' {
    const { budget, nowMs } = this.api;
    const decoded = budget && this.dialect.decode(budget);
    if (decoded) this.memory.see(decoded, nowMs);
    return decoded && isGuarding(decoded) ? decoded : 'none';
  }

  /** No budget decides. */
  private letPass({ evictions, reads }: Batch): void {
    this.batch = undefined;
    for (const eviction of evictions) {
      const pod = reads.get(eviction);
      if (!pod || isGivenUp(eviction, this.api.nowMs)) continue;
      this.letOnePass(eviction, pod);
    }
  }

  private letOnePass(eviction: Eviction, pod: ModelPod): void {
    const { api, protocol } = this;
    const isBound = eviction.resourceVersion === pod.resourceVersion;
    if (api.hasBudget && protocol.bindsUncovered && pod.available && !isBound) return;
    // What the budget does not cover is not its concern, unless it does by the time of the eviction.
    const isConcern = pod.labelled || !api.hasBudget;
    if (pod.uid === eviction.uid && pod.available && isConcern) this.witness.letsPass(pod, eviction);
    // The mutating webhook ties an unready pod to its version, whoever decides.
    const isUnready = !pod.available && !pod.terminating;
    const resourceVersion = isUnready ? pod.resourceVersion : eviction.resourceVersion;
    this.permits.push({ eviction, precondition: { uid: eviction.uid, resourceVersion } });
  }

  /** Everything that arrived while the last write was under way. */
  private begin(): void {
    if (this.queue.length === 0) return;
    this.batch = {
      evictions: this.queue,
      tries: 0,
      budgetFirst: this.pick(2) === 0,
      budget: undefined,
      reads: new Map(),
      written: undefined,
    };
    this.queue = [];
  }

  /** Somebody else was first. */
  private retry(batch: Batch): void {
    for (const [eviction, pod] of batch.reads)
      if (!this.protocol.outlastsConflict(pod, eviction)) batch.reads.delete(eviction);
    batch.tries += 1;
    batch.budget = undefined;
    if (batch.tries >= MAX_TRIES) this.batch = undefined;
  }

  private write(batch: Batch, budget: ZoneDisruptionBudget, nowMs: number): void {
    const { protocol, cache, memory, dialect, api } = this;
    this.settleUncovered(batch);
    if (batch.evictions.length === 0) {
      this.batch = undefined;
      return;
    }
    if (cache.asksFirst) cache.readNumber();
    const observation: BudgetObservation = cache.observe([]);
    const { statefulsets = '' } = observation.versions;
    const requests = batch.evictions.map((eviction): AdmissionRequest => {
      const pod = batch.reads.get(eviction);
      const isCounted = api.owner.names === 'random' || (pod?.ordinal ?? 0) < observation.expectedReplicas;
      const expected = pod !== undefined && isCounted;
      const owner = { expected, versions: api.owner.number === 'watch' ? { statefulsets } : {} };
      return { name: eviction.name, pod, preconditionUid: eviction.uid, owner };
    });
    const wallMs = nowMs + this.wallAheadMs();
    if (Number(budget.status.versions.pods) > api.version) memory.distrust(budget, nowMs);
    const isDistrusted = memory.distrustedSinceMs(budget) !== undefined && protocol.remembers;
    const doubt = isDistrusted ? settlingProblem(budget) : this.unheard();
    const isMarked = isDistrusted && distrust(budget) === undefined;
    const marked = isMarked ? withoutTrust(budget, wallMs, memory.revision(budget)) : undefined;
    const basis = marked ? { ...budget, status: marked } : budget;
    const admission: Admission = protocol.admit(basis, requests, { observation, doubt }, wallMs);
    const next = admission.next ?? marked;
    if (next && !api.writeStatus(budget, dialect.encode(next))) {
      this.retry(batch);
      return;
    }
    if (next && api.budget) memory.see(dialect.decode(api.budget), nowMs);
    batch.written = admission.decisions;
    let { status } = budget;
    admission.decisions.forEach((decision, index) => {
      const eviction = batch.evictions[index];
      const pod = eviction && batch.reads.get(eviction);
      if (decision.kind !== 'allow' || !decision.reserve || !pod) return;
      this.witness.admits(pod, eviction, status);
      const { name, uid, resourceVersion, zone = '' } = pod;
      const own = { pod: name, uid, resourceVersion, ownerVersions: {}, zone, timeMs: nowMs, revision: 0 };
      status = { ...status, reservations: [...status.reservations.filter((each) => each.uid !== uid), own] };
    });
  }

  /** Those of pods without the label, and those that were tied to a version that has passed. */
  private settleUncovered(batch: Batch): void {
    batch.evictions = batch.evictions.filter((eviction) => {
      const pod = batch.reads.get(eviction);
      if (!pod || isGivenUp(eviction, this.api.nowMs)) return true;
      const { resourceVersion } = eviction;
      if (pod.labelled) return resourceVersion === undefined || resourceVersion === pod.resourceVersion;
      this.letOnePass(eviction, pod);
      return false;
    });
  }

  private unheard(): BudgetProblem | undefined {
    if (!this.cache.isDoubted || !this.protocol.doubts) return undefined;
    return { code: 'unconfirmed', reason: 'nothing was heard', fix: '' };
  }

  private answer({ evictions, reads, written }: Batch, nowMs: number): void {
    this.batch = undefined;
    written?.forEach((decision, index) => {
      const eviction = evictions[index];
      const pod = eviction && reads.get(eviction);
      if (!pod || decision.kind !== 'allow' || isGivenUp(eviction, nowMs)) return;
      // L6: nothing is admitted that is bound to no pod, and an unready one only at its version.
      if (eviction.uid === undefined && this.protocol.bindsAll) return;
      const { resourceVersion } = decision.precondition ?? {};
      const bound = resourceVersion ?? eviction.resourceVersion;
      this.permits.push({ eviction, precondition: { uid: eviction.uid, resourceVersion: bound } });
    });
  }
}
