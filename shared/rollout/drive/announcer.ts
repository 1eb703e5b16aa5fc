import type { Pod } from '../../kube/objects.ts';
import { listNames } from '../../sentences.ts';
import { buildSnapshot } from '../decide/build-snapshot.ts';
import { flushEstimate, restartEstimate } from '../decide/estimate.ts';
import { planRollout } from '../decide/plan.ts';
import type { Orders, RolloutSnapshot, RolloutStatus } from '../decide/snapshot.ts';
import type { Disrupt, RolloutDecision } from '../decide/types.ts';
import type { Workload } from '../decide/workload.ts';
import type { Reporter, RolloutEvent, UntimedEvent } from './events.ts';
import type { ObservedRollout, Progress } from './progress.ts';

/** One observation, with the API objects behind it. */
export interface DriverView extends ObservedRollout {
  workload: Workload;
  pods: Iterable<Pod>;
  orders: Orders;
}

/** Reports progress: converts observations and decisions to events, each reason once. */
export class Announcer {
  private readonly reporter: Reporter;
  private readonly progress: Progress;
  private readonly refusals = new Map<string, string>();
  private wave: { number: number; zone: string; pods: readonly string[] } | undefined;
  private lastReason = '';
  /** A gate that closes again during a wave is reported again. */
  private heldByGate = false;
  private remaining: { updated: number; revision: string; endsAtMs: number | undefined } | undefined;

  constructor(reporter: Reporter, progress: Progress) {
    this.reporter = reporter;
    this.progress = progress;
  }

  say(atMs: number, event: UntimedEvent): void {
    this.reporter.report({ atMs, ...event } as RolloutEvent);
  }

  waveBegan(atMs: number, decision: Disrupt): void {
    const pods = [...decision.pods.map((pod) => pod.name), ...decision.later];
    this.wave = { number: decision.wave || (this.wave?.number ?? 0), zone: decision.zone, pods };
    this.lastReason = '';
    this.say(atMs, {
      type: 'wave-begun',
      wave: decision.wave,
      zone: decision.zone,
      pods,
      reason: decision.reason,
    });
  }

  /** The answer to a removal; an empty reason if it was accepted. */
  removalAnswered(pod: string, reason: string): void {
    if (reason === '') this.refusals.delete(pod);
    else this.refusals.set(pod, reason);
  }

  /** Reports why the rollout is waiting, if that has changed, and a snapshot. */
  decided(view: DriverView, decision: RolloutDecision): RolloutStatus {
    const status = this.statusOf(decision);
    const snapshot = this.snapshot(view, status);
    this.explain(view.nowMs, decision, snapshot);
    this.say(view.nowMs, { type: 'snapshot', snapshot });
    return status;
  }

  /** As `decided`, for states that are not decisions: disconnected, finished. */
  show(view: DriverView, status: RolloutStatus): void {
    this.say(view.nowMs, { type: 'snapshot', snapshot: this.snapshot(view, status) });
  }

  private statusOf(decision: RolloutDecision): RolloutStatus {
    switch (decision.kind) {
      case 'disrupt': {
        const refused = decision.pods.filter((pod) => this.refusals.has(pod.name));
        if (refused.length < decision.pods.length)
          return { kind: 'disrupting', reason: decision.reason, fix: undefined };
        const reason = this.refusals.get(refused[0]?.name ?? '') ?? '';
        return {
          kind: 'waiting',
          reason: `eviction of ${listNames(refused.map((pod) => pod.name))} refused: ${reason}`,
          fix: undefined,
        };
      }
      case 'wait':
        return { kind: 'waiting', reason: decision.reason, fix: undefined };
      case 'blocked':
        return { kind: 'blocked', reason: decision.reason, fix: decision.fix };
      case 'done':
        return { kind: 'done', reason: decision.reason, fix: undefined };
    }
  }

  /** Pods that recover one by one are not a new reason; a pod that cannot recover is. */
  private explain(atMs: number, decision: RolloutDecision, snapshot: RolloutSnapshot): void {
    if (decision.kind === 'disrupt' || decision.kind === 'done') {
      if (this.heldByGate) this.lastReason = '';
      return;
    }
    const stuck = snapshot.zones
      .flatMap((zone) => zone.cells)
      .filter((cell) => cell.state === 'unready')
      .map((cell) => `${cell.name} ${cell.detail}`);
    const what =
      decision.kind === 'blocked'
        ? decision.by
        : decision.for === 'availability'
          ? stuck
          : decision.for === 'leaving'
            ? decision.pods
            : (decision.gate ?? decision.reason);
    const key = JSON.stringify([decision.kind, what]);
    if (key === this.lastReason) return;
    this.lastReason = key;
    this.heldByGate = decision.kind === 'wait' && decision.for === 'gate';
    if (decision.kind === 'blocked') {
      const { by, reason, fix, pods } = decision;
      this.say(atMs, { type: 'blocked', by, reason, fix, pods });
    } else {
      this.say(atMs, { type: 'waiting', for: decision.for, reason: decision.reason, pods: decision.pods });
    }
  }

  private snapshot(view: DriverView, status: RolloutStatus): RolloutSnapshot {
    const snapshot = buildSnapshot({
      ...view,
      wave: this.wave,
      status,
      // By the clock as it is set now.
      startedAtMs: view.nowMs - this.progress.elapsedMs(view.monotonicMs),
      remainingMs: undefined,
    });
    return { ...snapshot, remainingMs: this.estimateRemaining(view, snapshot) };
  }

  /** Re-estimated when a pod has recovered; counts down in between. */
  private estimateRemaining(
    view: DriverView,
    { updated, updateRevision }: RolloutSnapshot,
  ): number | undefined {
    const known = this.remaining;
    if (!known || known.updated !== updated || known.revision !== updateRevision) {
      const flushMs = flushEstimate(this.progress.flushTimesMs);
      const restartMs = restartEstimate(view.pods, this.progress.restartTimesMs, flushMs);
      const plan = planRollout(
        view.observation,
        { ...view.options, pacing: 'wave' },
        view.memory,
        restartMs,
        flushMs,
      );
      const endsAtMs = plan.blocked ? undefined : view.monotonicMs + plan.totalMs;
      this.remaining = { updated, revision: updateRevision, endsAtMs };
    }
    const endsAtMs = this.remaining?.endsAtMs;
    return endsAtMs === undefined ? undefined : Math.max(0, endsAtMs - view.monotonicMs);
  }
}
