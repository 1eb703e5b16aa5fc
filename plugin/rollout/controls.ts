import type { Clock } from '../../shared/clock.ts';
import { UserError } from '../../shared/errors.ts';
import type { Kube } from '../../shared/kube/kube.ts';
import { believedForMs, seeHolder } from '../../shared/kube/lease-holder.ts';
import type { Lease } from '../../shared/kube/objects.ts';
import { disruptionLimit } from '../../shared/rollout/decide/limits.ts';
import { formatMaxUnavailable, resolveMaxUnavailable } from '../../shared/rollout/decide/max-unavailable.ts';
import { emptyMemory } from '../../shared/rollout/decide/memory.ts';
import { knownZones } from '../../shared/rollout/decide/pods.ts';
import type { Order } from '../../shared/rollout/decide/snapshot.ts';
import { FIRST_LOOK, type Workload } from '../../shared/rollout/decide/workload.ts';
import { commandName } from '../../shared/rollout/decide/workload-id.ts';
import { ANNOTATION } from '../../shared/rollout/drive/annotations.ts';
import { type HolderFlags, readHolderFlags } from '../../shared/rollout/drive/holder-flags.ts';
import {
  describeResumed,
  orderBy,
  orderText,
  pauseByLease,
  readSteering,
} from '../../shared/rollout/drive/orders.ts';
import {
  annotateLease,
  fetchRolloutLease,
  LEASE_DURATION_MS,
} from '../../shared/rollout/drive/rollout-lease.ts';
import { applyChange, type PlannedChange, planChange } from '../../shared/rollout/drive/template.ts';
import type { WorkloadWatches } from '../../shared/rollout/drive/watches.ts';
import { countPods, listNames } from '../../shared/sentences.ts';
import type { Context } from '../cli/context.ts';
import { explainPod } from './explain-pod.ts';
import type { RolloutControls, UndoProposal } from './reporter.ts';

export interface ControlsOptions {
  kube: Kube;
  clock: Clock;
  processIdentity: Context['processIdentity'];
  watches: Pick<WorkloadWatches, 'workload' | 'pods' | 'cluster' | 'holder'>;
  workload: Workload;
}

/**
 * The controls of a workload's rollout. All orders go through its Lease, and each of them reads it first: the watch may
 * not show the last write yet.
 */
export function rolloutControls(options: ControlsOptions): RolloutControls {
  const orders = new LeaseOrders(options);
  let last: Promise<unknown> = Promise.resolve();
  /** Runs the actions one after another, in the order of the keys. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T | string> => {
    const turn = last.then(act).catch(sentenceOf);
    last = turn;
    return turn;
  };
  return {
    togglePause: () => inTurn(() => orders.togglePause()),
    changeMaxUnavailable: (by) => inTurn(() => orders.changeMaxUnavailable(by)),
    async planUndo() {
      const plan = await inTurn(() => orders.planUndo());
      return typeof plan === 'string' ? plan : { ...plan, confirm: () => inTurn(() => plan.confirm()) };
    },
    explain: (pod) => explainPod(pod, options.watches, options.kube.serverNowMs()),
  };
}

class LeaseOrders {
  readonly #options: ControlsOptions;
  readonly #at: { namespace: string; name: string };
  /** `statefulset/ingester`. */
  readonly #subject: string;

  constructor(options: ControlsOptions) {
    const { namespace, lease, subject } = options.workload.id;
    this.#options = options;
    this.#at = { namespace, name: lease };
    this.#subject = subject;
  }

  async togglePause(): Promise<string> {
    const { annotations, holder } = await this.#look();
    if (readSteering(annotations).paused) {
      await this.#pause(undefined);
      return describeResumed(holder);
    }
    this.#mustRun(holder, 'there is nothing to pause');
    await this.#pause(this.#order());
    return 'paused: no more pods are replaced until it is resumed';
  }

  async changeMaxUnavailable(by: 1 | -1): Promise<string> {
    const { annotations, holder } = await this.#look();
    this.#mustRun(holder, 'set --max-unavailable when you start it');
    const { replicas } = this.#workload();
    const largest = this.#largestZone();
    const flags = readHolderFlags(annotations);
    const inForce = readSteering(annotations).maxUnavailable ?? flags.maxUnavailable;
    if (!inForce)
      throw new UserError(`${holder} does not report the maxUnavailable that it was started with`);
    const within = (count: number) => Math.max(1, Math.min(largest, count));
    const now = within(resolveMaxUnavailable(inForce, replicas));
    const wanted = within(now + by);
    if (wanted === now) {
      return by < 0
        ? 'maxUnavailable stays 1: 0 would stop the rollout (p to pause)'
        : `maxUnavailable stays ${now}: the largest zone has ${countPods(largest)}`;
    }
    await this.#write({
      [ANNOTATION.maxUnavailable]: String(wanted),
      [ANNOTATION.maxUnavailableBy]: orderText(this.#order()),
    });
    const capped = this.#cap(wanted, flags);
    const before = formatMaxUnavailable(inForce);
    const told = `maxUnavailable is now ${wanted}, it was ${before === String(now) ? before : `${before} (${now})`}`;
    return capped === undefined ? told : `${told}; ${capped}`;
  }

  /** @throws UserError if no process would roll the change back zone by zone */
  async planUndo(): Promise<UndoProposal | string> {
    const workload = this.#workload();
    const { holder } = await this.#look();
    const command = `kubectl zone rollout ${commandName(workload.id)} --undo`;
    this.#mustRun(holder, `roll back with: ${command}`);
    if (!workload.isHeld) {
      throw new UserError(
        `${this.#subject} is not ${workload.id.kind === 'deployment' ? 'paused' : 'OnDelete'}: its controller would replace the pods without regard to zones`,
      );
    }
    if (!workload.revisionObserved) {
      throw new UserError('the controller has not observed the newest template yet; try again in a moment');
    }
    const { kube, clock } = this.#options;
    const change = { kind: 'undo', toRevision: undefined } as const;
    const plan = await planChange(kube, workload, change, clock.nowMs());
    if (plan.differences.length === 0) return 'the previous revision has the same template: nothing to undo';
    return {
      revision: listNames(plan.members.flatMap(({ revision }) => revision ?? [])),
      differences: plan.differences,
      confirm: () => this.#undo(plan),
    };
  }

  async #undo(plan: PlannedChange): Promise<string> {
    const { annotations } = await this.#look();
    await applyChange(this.#options.kube, plan);
    await this.#write({ [ANNOTATION.undone]: orderText(this.#order()) });
    const paused = readSteering(annotations).paused ? '; still paused, p to resume' : '';
    return `the template was rolled back to the previous revision${paused}`;
  }

  async #look(): Promise<{ annotations: Lease['metadata']['annotations']; holder: string }> {
    const { kube, clock, watches } = this.#options;
    const lease = await fetchRolloutLease(kube, this.#at);
    if (!lease) return { annotations: {}, holder: '' };
    // Only renewals that we observe count, not times in the Lease. An order has no effect without a holder, so it is
    // written when in doubt.
    const nowMs = clock.monotonicMs();
    const sight = seeHolder(watches.holder, lease, nowMs);
    const isBelieved = believedForMs(sight, LEASE_DURATION_MS, nowMs) > 0;
    return { annotations: lease.metadata.annotations, holder: isBelieved ? lease.spec.holderIdentity : '' };
  }

  async #write(annotations: Readonly<Record<string, string | null>>): Promise<void> {
    await annotateLease(this.#options.kube, this.#at, annotations);
  }

  async #pause(order: Order | undefined): Promise<void> {
    const { kube, workload } = this.#options;
    await pauseByLease(kube, workload.id, order);
  }

  #order(): Order {
    return orderBy(this.#options, '');
  }

  #workload(): Workload {
    const { workload } = this.#options.watches;
    if (!workload) throw new UserError(`${this.#subject} was deleted`);
    return workload;
  }

  #mustRun(holder: string, instead: string): void {
    if (holder === '') throw new UserError(`no rollout of ${this.#subject} is running: ${instead}`);
  }

  /** More than all pods of a zone are never down. */
  #largestZone(): number {
    const { pods } = this.#workload().observe(this.#options.watches.cluster, FIRST_LOOK);
    const zones = Map.groupBy(pods, (pod) => pod.zone);
    zones.delete(undefined);
    return Math.max(1, ...[...zones.values()].map(({ length }) => length));
  }

  /** What keeps the value from taking full effect, such as OrderedReady. */
  #cap(count: number, { singleZone }: HolderFlags): string | undefined {
    const observation = this.#workload().observe(this.#options.watches.cluster, FIRST_LOOK);
    const zones = knownZones(observation, emptyMemory(observation.updateRevision)).length;
    const options = { maxUnavailable: { kind: 'count', count }, singleZone } as const;
    return disruptionLimit(observation, options, zones).capped;
  }
}

function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `failed: ${message}`;
}
