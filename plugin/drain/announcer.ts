import type { Instant } from '../../shared/clock.ts';
import type { Untimed } from '../../shared/drive/untimed.ts';
import { buildDrainSnapshot } from './decide/build-snapshot.ts';
import type { DrainStatus } from './decide/snapshot.ts';
import type { DrainDecision, DrainMemory, DrainObservation, DrainOptions, HeldPod } from './decide/types.ts';
import type { DrainEvent, DrainReporter } from './events.ts';
import { keyOf } from './guards.ts';
import type { Progress } from './progress.ts';

/** The state of the cluster at one turn. */
export interface DrainView {
  observation: DrainObservation;
  memory: DrainMemory;
  now: Instant;
}

export interface AnnouncerOptions {
  reporter: DrainReporter;
  progress: Progress;
  options: DrainOptions;
}

/** Turns observations and decisions into events; reports each reason once. */
export class Announcer {
  private readonly given: AnnouncerOptions;
  private decision: DrainDecision | undefined;
  private lastReason = '';
  private readonly noticed = new Set<string>();

  constructor(given: AnnouncerOptions) {
    this.given = given;
  }

  say(atMs: number, event: Untimed<DrainEvent>): void {
    this.given.reporter.report({ atMs, ...event } as DrainEvent);
  }

  /** Reports the message, once. */
  notice(atMs: number, message: string): void {
    if (this.noticed.has(message)) return;
    this.noticed.add(message);
    this.say(atMs, { type: 'notice', message });
  }

  /** Reports why the drain waits or is blocked, if that changed, and a snapshot. */
  decided(moment: DrainView, decision: DrainDecision): void {
    this.decision = decision;
    this.explain(moment, decision);
    this.show(moment, undefined);
  }

  /** Like `decided`, for a status that is not the decision's: a lost connection, the end. */
  show({ observation, memory, now }: DrainView, status: DrainStatus | undefined): void {
    const { progress, options } = this.given;
    const snapshot = buildDrainSnapshot({
      observation,
      memory,
      options,
      decision: this.decision,
      status,
      podsAtStart: progress.podsSeen,
      refused: progress.refused,
      pace: { ...progress.paceAt(now), soakMs: options.soakMs },
      // By the clock as it is set now.
      startedAtMs: now.wallMs - progress.elapsedMs(now),
      nowMs: now.wallMs,
    });
    this.say(now.wallMs, { type: 'snapshot', snapshot });
  }

  /**
   * Pods that recover or leave one by one are not a new reason; another set of reasons, or a pod that cannot come back,
   * is.
   */
  private explain({ observation, now }: DrainView, decision: DrainDecision): void {
    if (decision.kind === 'cordon') this.lastReason = '';
    if (decision.kind !== 'wait' && decision.kind !== 'blocked') return;
    const stuck = observation.workloads.flatMap(({ down }) =>
      down.filter(({ unschedulable }) => unschedulable).map(({ name }) => name),
    );
    const key = JSON.stringify(
      decision.kind === 'blocked'
        ? [decision.by, decision.reason]
        : [decision.for, [...new Set(decision.held.map(({ by }) => by))], stuck],
    );
    if (key === this.lastReason) return;
    this.lastReason = key;
    const { reason } = decision;
    if (decision.kind === 'blocked') {
      const { by, fix } = decision;
      this.say(now.wallMs, { type: 'blocked', by, reason, fix, pods: podsOf(decision.held, stuck) });
    } else {
      const { for: what, held, fix } = decision;
      this.say(now.wallMs, { type: 'waiting', for: what, reason, pods: podsOf(held, []), fix });
    }
  }
}

function podsOf(held: readonly HeldPod[], stuck: readonly string[]): string[] {
  return held.length > 0 ? held.map(({ pod }) => keyOf(pod)) : [...stuck];
}
