/** What a rollout would do without failures: computed by running the decision on a simulated cluster. */
import { decide } from './decide.ts';
import { emptyMemory, remember } from './memory.ts';
import type { Blocked, GateState, Observation, ObservedPod, RolloutMemory, RolloutOptions } from './types.ts';

export interface PlannedWave {
  wave: number;
  zone: string;
  pods: readonly string[];
  /** From the start of the rollout. */
  startsAfterMs: number;
}

export interface RolloutPlan {
  waves: readonly PlannedWave[];
  /** Until the last pod is available; at least as long as --max-leaving requires for all pods to leave. */
  totalMs: number;
  /** The same pods one at a time. */
  oneAtATimeMs: number;
  /** Why the plan is incomplete; undefined if it is complete. */
  blocked: Blocked | undefined;
}

/**
 * Simulates the rollout. Pods that are recovering at the start are assumed to recover immediately.
 *
 * The waves are those without --max-leaving, which only sets a lower bound for the total: simulating it would
 * take a decision for each pod, ten seconds for 3,000 of them.
 *
 * @param restartMs how long each pod takes from its removal until it is Ready again, by name
 * @param flushMs the part of that during which it is leaving
 */
export function planRollout(
  observation: Observation,
  options: RolloutOptions,
  memory: RolloutMemory,
  restartMs: (pod: { name: string }) => number,
  flushMs = 0,
): RolloutPlan {
  const { maxLeaving = Number.POSITIVE_INFINITY } = options;
  const plan = planWaves(observation, { ...options, maxLeaving: undefined }, memory, restartMs);
  const pods = plan.waves.reduce((sum, wave) => sum + wave.pods.length, 0);
  return { ...plan, totalMs: Math.max(plan.totalMs, Math.ceil(pods / maxLeaving) * flushMs) };
}

function planWaves(
  observation: Observation,
  options: RolloutOptions,
  memory: RolloutMemory,
  restartMs: (pod: { name: string }) => number,
): RolloutPlan {
  const world = new PerfectCluster(observation, options);
  const waves: PlannedWave[] = [];
  const gates: GateState[] = [];
  // Time starts at 0 here: the soak restarts.
  let current =
    memory.revision === observation.updateRevision
      ? { ...memory, zoneWholeSinceMs: undefined }
      : emptyMemory(observation.updateRevision);
  let oneAtATimeMs = 0;

  for (;;) {
    const seen = world.observe();
    const now = { nowMs: world.nowMs, monotonicMs: world.nowMs };
    current = remember(current, seen, options, now);
    const decision = decide({ observation: seen, options, memory: current, gates, ...now });
    switch (decision.kind) {
      case 'disrupt': {
        current = decision.memory;
        for (const { name } of decision.pods)
          oneAtATimeMs += world.replace(name, restartMs({ name })) + options.minReadyMs;
        const pods = decision.pods.map((pod) => pod.name);
        waves.push({ wave: waves.length + 1, zone: decision.zone, pods, startsAfterMs: world.nowMs });
        break;
      }
      case 'wait':
        if (!world.advance(decision.recheckAtMs))
          return { waves, totalMs: world.nowMs, oneAtATimeMs, blocked: undefined };
        break;
      case 'blocked':
        return { waves, totalMs: world.nowMs, oneAtATimeMs, blocked: decision };
      case 'done':
        return { waves, totalMs: world.nowMs, oneAtATimeMs, blocked: undefined };
    }
  }
}

/** A cluster whose pods recover exactly on time. Time starts at 0. */
class PerfectCluster {
  nowMs = 0;
  private readonly pods: Map<string, ObservedPod>;
  private readonly observation: Observation;
  private readonly options: RolloutOptions;

  constructor(observation: Observation, options: RolloutOptions) {
    this.observation = { ...observation, revisionObserved: true, missing: [] };
    this.options = options;
    const readySinceMs = -options.minReadyMs;
    this.pods = new Map(
      observation.pods
        .filter((pod) => !pod.surplus)
        .map((pod) => [
          pod.name,
          { ...pod, stale: pod.stale && !pod.terminating, terminating: false, readySinceMs },
        ]),
    );
  }

  observe(): Observation {
    const pods = [...this.pods.values()].map((pod) =>
      pod.readySinceMs !== undefined && pod.readySinceMs > this.nowMs
        ? { ...pod, readySinceMs: undefined }
        : pod,
    );
    return { ...this.observation, pods };
  }

  /** Replaces a pod; returns how long it takes. */
  replace(name: string, restartMs: number): number {
    const pod = this.pods.get(name);
    if (pod) {
      this.pods.set(name, { ...pod, uid: `${pod.uid}+`, stale: false, readySinceMs: this.nowMs + restartMs });
    }
    return restartMs;
  }

  /**
   * Advances to the next time at which the decision can change; false if there is none. Between waves that is
   * when all have recovered: deciding for each of 10,000 recovering pods would cost a second each.
   */
  advance(recheckAtMs: number | undefined): boolean {
    const { minReadyMs, pacing } = this.options;
    let next = recheckAtMs ?? Number.NaN;
    for (const { readySinceMs = 0 } of this.pods.values()) {
      const availableAtMs = readySinceMs + minReadyMs;
      if (availableAtMs <= this.nowMs) continue;
      const sooner = pacing === 'wave' ? availableAtMs > next : availableAtMs < next;
      if (Number.isNaN(next) || sooner) next = availableAtMs;
    }
    if (Number.isNaN(next) || next <= this.nowMs) return false;
    this.nowMs = next;
    return true;
  }
}
