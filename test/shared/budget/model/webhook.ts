import type { BudgetDecision } from '../../../../shared/budget/decide.ts';
import type { Admission, AdmissionRequest } from '../../../../shared/budget/ledger.ts';
import type { BudgetObservation, ZoneDisruptionBudget } from '../../../../shared/budget/types.ts';
import type { ApiServer, ModelPod } from './api-server.ts';
import { LaggingCache } from './cache.ts';
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
  budget: ZoneDisruptionBudget | undefined;
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
  private queue: Eviction[] = [];
  private batch: Batch | undefined;

  constructor(world: {
    api: ApiServer;
    witness: Witness;
    protocol: Protocol;
    permits: Permit[];
    pick: Pick;
  }) {
    this.api = world.api;
    this.witness = world.witness;
    this.protocol = world.protocol;
    this.permits = world.permits;
    this.pick = world.pick;
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

  /** The process dies: who waited for its answer is refused. */
  crash(pick: Pick): void {
    if (this.batch?.written) for (const each of this.batch.evictions) this.witness.comesToNothing(each);
    this.batch = undefined;
    this.queue = [];
    this.cache.restart(pick);
  }

  private goOn(batch: Batch, nowMs: number): void {
    const unread = batch.evictions.find((eviction) => !batch.reads.has(eviction));
    if (!batch.budget && (batch.budgetFirst || !unread)) batch.budget = this.api.budget;
    else if (unread) batch.reads.set(unread, this.api.pods.get(unread.name));
    else if (batch.budget && !batch.written) this.write(batch, batch.budget, nowMs);
    else this.answer(batch, nowMs);
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
    const local: BudgetObservation = this.cache.observe();
    const { statefulsets = '' } = local.versions;
    const requests = batch.evictions.map((eviction): AdmissionRequest => {
      const pod = batch.reads.get(eviction);
      const expected = pod !== undefined && pod.ordinal < local.expectedReplicas;
      const owner = { expected, versions: { statefulsets } };
      return { name: eviction.name, pod, preconditionUid: eviction.uid, owner };
    });
    const admission: Admission = this.protocol.admit(budget, requests, local, nowMs);
    if (admission.next && !this.api.writeStatus(budget, admission.next)) {
      this.retry(batch);
      return;
    }
    batch.written = admission.decisions;
    let { status } = budget;
    admission.decisions.forEach((decision, index) => {
      const eviction = batch.evictions[index];
      const pod = eviction && batch.reads.get(eviction);
      if (decision.kind !== 'allow' || !decision.reserve || !pod) return;
      this.witness.admits(pod, eviction, status);
      const { name, uid, resourceVersion, zone = '' } = pod;
      const own = { pod: name, uid, resourceVersion, ownerVersions: {}, zone, timeMs: nowMs };
      status = { ...status, reservations: [...status.reservations.filter((each) => each.uid !== uid), own] };
    });
  }

  private answer({ evictions, reads, written }: Batch, nowMs: number): void {
    this.batch = undefined;
    written?.forEach((decision, index) => {
      const eviction = evictions[index];
      if (!eviction || !reads.get(eviction) || decision.kind !== 'allow') return;
      if (isGivenUp(eviction, nowMs)) return;
      const uid = eviction.uid ?? decision.precondition?.uid;
      this.permits.push({
        eviction,
        precondition: uid === undefined ? undefined : { ...decision.precondition, uid },
      });
    });
  }
}
