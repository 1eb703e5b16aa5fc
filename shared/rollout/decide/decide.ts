/**
 * The rollout decision: which pods may be removed now, or what has to happen first. Pure; rules R1 to R9 are
 * noted where they are applied.
 */

import { plural } from '../../format.ts';
import { disruptedZones, isKnownZone, type ZoneTally, zoneKeyOf } from '../../kube/zones.ts';
import { countPods } from '../../sentences.ts';
import { continueWave, replaceBroken, replaceUnscheduled, takeAvailable } from './disruptions.ts';
import { blockedByKilled, killedUnseen } from './killed-pods.ts';
import { withinMaxLeaving } from './leaving.ts';
import { disruptionLimit, growthLimit } from './limits.ts';
import { pendingPods } from './memory.ts';
import { byOrdinalDescending, orderZones } from './order.ts';
import { availableSinceMs, knownZones, tallyObservation, zoneOf } from './pods.ts';
import { describeZones } from './reasons.ts';
import type {
  Blocked,
  GateState,
  Observation,
  ObservedPod,
  RolloutDecision,
  RolloutInput,
  Wait,
} from './types.ts';
import { explainUnknownZone, podsOfUnknownZone } from './unknown-zone.ts';

/**
 * Decides from the current observation.
 *
 * @param input `memory` must have been updated by `remember` with this observation
 */
export function decide(input: RolloutInput): RolloutDecision {
  const decision = decideByZone(input);
  return decision.kind === 'disrupt' ? withinMaxLeaving(input, decision) : decision;
}

function decideByZone(input: RolloutInput): RolloutDecision {
  const { observation, options, memory, gates } = input;

  // R6: a revision that the controller has not computed yet must not be rolled out.
  if (!observation.revisionObserved) {
    return wait(
      'revision',
      'waiting for the controller to observe the newest template; if this persists, check that kube-controller-manager is running',
    );
  }

  const killed = options.flush ? killedUnseen(memory) : [];
  if (killed.length > 0) return blockedByKilled(killed);

  const disrupted = disruptedNow(input);
  const stale = observation.pods.filter((pod) => pod.stale && !pod.surplus);
  const candidates = stale.filter((pod) => !pod.terminating);

  if (stale.length === 0) {
    const expectedDown = disrupted.filter((tally) => hasExpectedPod(tally, observation));
    if (expectedDown.length === 0) return done(observation.replicas);
    return waitForPods(input, expectedDown, 'waiting for the last pods');
  }

  // R8: a pod of unknown zone could be in any zone.
  const unknown = podsOfUnknownZone(observation);
  if (unknown.length > 0) return blockedByLabel(unknown, observation);

  const closed = gates.find((gate) => gate.state !== 'open');
  if (closed) return { ...wait('gate', whyClosed(closed)), gate: { name: closed.name, state: closed.state } };

  // R12: these serve no traffic, so they may be replaced whatever else is down.
  const unscheduled = candidates.filter((pod) => pod.unscheduled);
  if (unscheduled.length > 0) return replaceUnscheduled(input, unscheduled);

  if (disrupted.length > 1) return acrossZones(input, disrupted, candidates);

  const limit = limitNow(input);
  const [only] = disrupted;
  const pending = pendingPods(memory, observation).sort(byOrdinalDescending);

  if (only) {
    // R3: with one zone disrupted, no pod in another zone may be disrupted.
    const here = (pod: ObservedPod) => zoneKeyOf({ name: pod.name, zone: zoneOf(pod, memory) }) === only.zone;
    // R7: pods that are already down are replaced first, in any zone.
    const broken = candidates.filter((pod) => here(pod) && pod.readySinceMs === undefined);
    if (broken.length > 0 && isKnownZone(only.zone)) return replaceBroken(input, only.zone, broken);

    // R10: requested pods must be assumed down, and are requested again without adding more.
    const planned = new Set(pending.map((pod) => pod.uid));
    const asked = candidates
      .filter((pod) => here(pod) && pod.asked !== undefined)
      .filter((pod) => pod.asked === 'unanswered' || planned.has(pod.uid))
      .sort(byOrdinalDescending);
    const others = pending.filter((pod) => here(pod) && pod.asked === undefined);
    const room = Math.max(0, limit - only.down.length + asked.length);
    const rest = [...asked, ...others].slice(0, room);
    if (rest.length > 0 && isKnownZone(only.zone)) {
      return soaking(input, only.zone) ?? continueWave(input, only.zone, rest);
    }

    const target = nextZone(input, candidates);
    if (options.pacing === 'wave' || only.zone !== target) {
      return waitForPods(input, disrupted, 'waiting for');
    }
    const free = growthLimit(options, memory, limit) - only.down.length;
    if (free <= 0) return waitForPods(input, disrupted, 'waiting for');
    return soaking(input, target) ?? takeAvailable(input, target, candidates, free) ?? noneAvailable();
  }

  if (pending.length > 0) {
    const zones = new Set(pending.map((pod) => zoneOf(pod, memory) ?? ''));
    const [zone = ''] = orderZones(zones, options.zoneOrder);
    const there = pending.filter((pod) => zoneOf(pod, memory) === zone).slice(0, limit);
    return soaking(input, zone) ?? continueWave(input, zone, there);
  }

  const target = nextZone(input, candidates);
  if (target === undefined) return waitForPods(input, disrupted, 'waiting for terminating pods');
  const size = growthLimit(options, memory, limit);
  return soaking(input, target) ?? takeAvailable(input, target, candidates, size) ?? noneAvailable();
}

/** R1: the next zone must wait until the last one was healthy for the soak time. */
function soaking({ memory, options, nowMs, monotonicMs }: RolloutInput, target: string): Wait | undefined {
  if (memory.zone === undefined || memory.zone === target) return undefined;
  const leftMs = (memory.zoneWholeSinceMs ?? monotonicMs) + options.soakMs - monotonicMs;
  return leftMs > 0
    ? wait(
        'soak',
        `all pods of ${memory.zone} are available; soaking before ${target} begins`,
        [],
        nowMs + leftMs,
      )
    : undefined;
}

/** R7 with two or more zones down: nothing more is made unavailable; at most broken pods are replaced. */
function acrossZones(
  input: RolloutInput,
  disrupted: readonly ZoneTally[],
  candidates: readonly ObservedPod[],
): RolloutDecision {
  const { observation, options, memory, nowMs } = input;
  const broken = candidates.filter(
    (pod) => pod.readySinceMs === undefined && zoneOf(pod, memory) !== undefined,
  );
  const zones = new Set(broken.map((pod) => zoneOf(pod, memory) ?? ''));
  const [zone] = orderZones(zones, options.zoneOrder);
  if (options.replaceUnready && zone !== undefined) {
    const there = broken.filter((pod) => zoneOf(pod, memory) === zone);
    return replaceBroken(input, zone, there);
  }
  return {
    kind: 'blocked',
    by: 'two-zones',
    reason: `pods are down in ${disrupted.length} zones: ${describeZones(disrupted, observation, nowMs)}`,
    fix:
      broken.length > 0
        ? `it continues by itself when at most one zone is disrupted; --replace-unready replaces the ${plural(broken.length, 'unready pod')} on an old revision`
        : 'it continues by itself when at most one zone is disrupted; replacing these pods would not help',
    pods: disrupted.flatMap((tally) => tally.down),
  };
}

/** R4: the first zone in order that still has stale pods. */
function nextZone(input: RolloutInput, candidates: readonly ObservedPod[]): string | undefined {
  const zones = new Set<string>();
  for (const pod of candidates) if (pod.zone !== undefined) zones.add(pod.zone);
  return orderZones(zones, input.options.zoneOrder)[0];
}

function disruptedNow({ observation, memory, options, nowMs }: RolloutInput): ZoneTally[] {
  return disruptedZones(tallyObservation(observation, memory, options.minReadyMs, nowMs));
}

function limitNow({ observation, options, memory }: RolloutInput): number {
  return disruptionLimit(observation, options, knownZones(observation, memory).length).pods;
}

function waitForPods(input: RolloutInput, disrupted: readonly ZoneTally[], prefix: string): Wait {
  const { observation, options, nowMs } = input;
  const soonestMs = observation.pods
    .map((pod) => availableSinceMs(pod, options.minReadyMs))
    .filter((sinceMs) => sinceMs !== undefined && sinceMs > nowMs);
  const pods = disrupted.flatMap((tally) => tally.down);
  return wait(
    'availability',
    `${prefix} ${describeZones(disrupted, observation, nowMs)}`.trim(),
    pods,
    soonestMs.length > 0 ? Math.min(...(soonestMs as number[])) : undefined,
  );
}

function noneAvailable(): Wait {
  return wait('availability', 'waiting for pods to become available');
}

function blockedByLabel(pods: readonly ObservedPod[], observation: Observation): Blocked {
  return {
    kind: 'blocked',
    by: 'zone-label',
    ...explainUnknownZone(pods, observation),
    pods: pods.map((pod) => pod.name),
  };
}

function hasExpectedPod(tally: ZoneTally, observation: RolloutInput['observation']): boolean {
  const surplus = new Set(observation.pods.filter((pod) => pod.surplus).map((pod) => pod.name));
  return tally.down.some((name) => !surplus.has(name));
}

function wait(
  why: Wait['for'],
  reason: string,
  pods: readonly string[] = [],
  recheckAtMs: number | undefined = undefined,
): Wait {
  return { kind: 'wait', for: why, reason, pods, recheckAtMs };
}

function whyClosed({ name, reason, pause }: GateState): string {
  return pause === true ? reason : `waiting for ${name}: ${reason}`;
}

function done(replicas: number): RolloutDecision {
  return replicas === 0
    ? { kind: 'done', reason: 'nothing to do: the workload has 0 replicas' }
    : { kind: 'done', reason: `all ${countPods(replicas)} are on the update revision and available` };
}
