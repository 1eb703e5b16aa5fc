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
  budget: ZoneDisruptionBudget | undefined;
  pods: (ModelPod | undefined)[];
  written: { decisions: readonly BudgetDecision[]; pods: readonly (ModelPod | undefined)[] } | undefined;
}

/** One replica of the webhook. Each `step` is one exchange with the API server; anything may happen in between. */
export class Webhook {
  readonly cache: LaggingCache;
  private readonly api: ApiServer;
  private readonly witness: Witness;
  private readonly protocol: Protocol;
  private readonly permits: Permit[];
  private queue: Eviction[] = [];
  private batch: Batch | undefined;

  constructor(world: { api: ApiServer; witness: Witness; protocol: Protocol; permits: Permit[] }) {
    this.api = world.api;
    this.witness = world.witness;
    this.protocol = world.protocol;
    this.permits = world.permits;
    this.cache = new LaggingCache(world.api);
  }

  get idle(): boolean {
    return this.batch === undefined && this.queue.length === 0;
  }

  ask(eviction: Eviction): void {
    this.queue.push(eviction);
  }

  step(nowMs: number): void {
    const batch = this.batch;
    if (!batch) this.begin();
    else if (!batch.budget) batch.budget = this.api.budget;
    else if (batch.pods.length < batch.evictions.length)
      batch.pods.push(this.api.pods.get(batch.evictions[batch.pods.length]?.name ?? ''));
    else if (!batch.written) this.write(batch, batch.budget, nowMs);
    else this.answer(batch, nowMs);
  }

  /** The process dies: who waited for its answer is refused. */
  crash(pick: Pick): void {
    if (this.batch?.written) for (const each of this.batch.evictions) this.witness.comesToNothing(each);
    this.batch = undefined;
    this.queue = [];
    this.cache.restart(pick);
  }

  /** Everything that arrived while the last write was under way. */
  private begin(): void {
    if (this.queue.length === 0) return;
    this.batch = { evictions: this.queue, tries: 0, budget: undefined, pods: [], written: undefined };
    this.queue = [];
  }

  private write(batch: Batch, budget: ZoneDisruptionBudget, nowMs: number): void {
    const local: BudgetObservation = this.cache.observe();
    const { statefulsets = '' } = local.versions;
    const requests = batch.evictions.map(({ name }, index): AdmissionRequest => {
      const pod = batch.pods[index];
      const expected = pod !== undefined && pod.ordinal < local.expectedReplicas;
      return { name, pod, owner: { expected, versions: { statefulsets } } };
    });
    const admission: Admission = this.protocol.admit(budget, requests, local, nowMs);
    if (admission.next && !this.api.writeStatus(budget, admission.next)) {
      batch.tries += 1;
      batch.budget = undefined;
      batch.pods = [];
      if (batch.tries >= MAX_TRIES) this.batch = undefined;
      return;
    }
    batch.written = { decisions: admission.decisions, pods: batch.pods };
    let { status } = budget;
    admission.decisions.forEach((decision, index) => {
      const eviction = batch.evictions[index];
      const pod = batch.pods[index];
      if (decision.kind !== 'allow' || !decision.reserve || !pod) return;
      if (eviction) this.witness.admits(pod, eviction, status);
      const { name, uid, resourceVersion, zone = '' } = pod;
      const own = { pod: name, uid, resourceVersion, ownerVersions: {}, zone, timeMs: nowMs };
      status = { ...status, reservations: [...status.reservations.filter((each) => each.uid !== uid), own] };
    });
  }

  private answer({ evictions, written }: Batch, nowMs: number): void {
    this.batch = undefined;
    written?.decisions.forEach((decision, index) => {
      const eviction = evictions[index];
      const pod = written.pods[index];
      if (!eviction || !pod || decision.kind !== 'allow') return;
      if (isGivenUp(eviction, nowMs)) return;
      this.permits.push({ eviction, precondition: decision.precondition });
    });
  }
}
