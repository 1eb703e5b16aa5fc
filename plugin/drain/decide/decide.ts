/**
 * The drain decision: which nodes to cordon, which pods to evict now, or what to wait for first. Pure; the rules D1 to
 * D7 are documented where they are applied.
 *
 * - D1 One zone at a time, in order; a zone without work is skipped.
 * - D2 Between zones every workload is as healthy as before the drain, and has been for the soak time.
 * - D3 Pods are evicted only from cordoned nodes, at most `maxNodes` at once.
 * - D4 Only pods whose eviction is not known to be refused are requested (choose.ts).
 * - D8 Before a node is cordoned, the drain holds the Leases of all workloads with pods there (turns.ts).
 * - D5 Whatever the drain waits for, a change or `recheckAtMs` wakes it.
 * - D6 The drain does not wait forever for an unschedulable pod.
 * - D7 Pods that a zone budget can never allow, because there is no zone label, come last.
 */
import { countPods, listNames } from '../../../shared/sentences.ts';
import { excusedWorkloads, stuckPods } from './available.ts';
import { choosePods } from './choose.ts';
import * as reasons from './reasons.ts';
import { judgeHeld, waitUntilWhole } from './recovery.ts';
import { claimFor, waitForTurn } from './turns.ts';
import type { Cordon, DrainDecision, DrainInput, DrainPod } from './types.ts';
import {
  hasWork,
  isLeaving,
  type NodeWork,
  nextBatch,
  podsWithoutLabel,
  type ZoneWork,
  zoneWork,
} from './work.ts';

/**
 * Decides from the current observation.
 *
 * A restarted process begins with an empty memory: it waits until all workloads are healthy and begins the unfinished
 * zone again.
 *
 * @param input `memory` was updated by `rememberDrain` with this observation
 */
export function decideDrain(input: DrainInput): DrainDecision {
  const { observation, options, memory } = input;
  const zones = zoneWork(observation, options);
  const begun = memory.begun ? zones.find(({ zone }) => zone === memory.zone) : undefined;
  return (begun && goOn(input, begun)) ?? moveOn(input, zones);
}

/** Continues the zone that was begun; undefined once nothing is left to do there. */
function goOn(input: DrainInput, work: ZoneWork): DrainDecision | undefined {
  const { memory, observation, options } = input;
  const { zone } = work;
  const names = new Set(memory.batch);
  const batch = work.nodes.filter(({ name }) => names.has(name));

  // D3, unless the node was uncordoned for an unschedulable pod that is not there yet.
  const stuck = stuckPods(observation, memory, options.pendingMs).length > 0;
  const open = batch.filter((node) => !node.cordoned && (node.pods.length > 0 || !stuck));
  if (open.length > 0) return cordonAgain(input, zone, open);

  const left = batch.flatMap((node) => node.pods);
  if (left.length > 0) return empty(input, zone, left);
  if (!hasWork(work)) return undefined;

  const next = nextBatch(work, options.maxNodes);
  return (
    waitUntilWhole(input, zone, `the next nodes of ${reasons.nameZone(zone)}`) ??
    waitForTurn(input, zone, podsOf({ zone, nodes: next }), `the next nodes of ${reasons.nameZone(zone)}`) ??
    cordon(input, zone, next, false)
  );
}

/** D4: requests the pods that may be evicted, or returns what the others wait for. */
function empty(input: DrainInput, zone: string | undefined, left: readonly DrainPod[]): DrainDecision {
  const claim = claimFor(input, zone, left);
  if (claim) return claim;
  const { chosen, held } = choosePods(input, left);
  if (chosen.length > 0) {
    return { kind: 'evict', zone, pods: chosen, held, reason: evictReason(zone, chosen, held.length) };
  }
  const leaving = left.filter(isLeaving);
  if (held.length === 0) {
    const reason = reasons.waitingToGo(leaving, reasons.nameZone(zone));
    return { kind: 'wait', for: 'deletion', zone, reason, held, recheckAtMs: undefined };
  }
  const outlook = leaving.length > 0 ? undefined : judgeHeld(input, zone, held);
  if (outlook?.kind === 'blocked') return outlook;
  return {
    kind: 'wait',
    for: held.every(({ by }) => by === 'rollout') ? 'rollout' : 'budget',
    zone,
    reason: reasons.describeHeld(held, zone),
    held,
    recheckAtMs: outlook?.untilMs,
    fix: outlook?.fix,
  };
}

/** D1 and D2: from one zone to the next, or to the end. */
function moveOn(input: DrainInput, zones: readonly ZoneWork[]): DrainDecision {
  const { memory, options, nowMs } = input;
  const next = zones.find(hasWork);
  if (!next) return waitUntilWhole(input, memory.zone, 'the drain ends') ?? finish(input);

  const name = reasons.nameZone(next.zone);
  const elsewhere = zones
    .filter((work) => work !== next)
    .flatMap(podsOf)
    .filter((pod) => isLeaving(pod) || pod.unanswered === true);
  if (elsewhere.length > 0) {
    const reason = `${reasons.waitingToGo(elsewhere, 'another zone')}, before ${name} begins`;
    return { kind: 'wait', for: 'deletion', zone: memory.zone, reason, held: [], recheckAtMs: undefined };
  }
  const unfinished = waitUntilWhole(input, memory.zone, `${name} begins`);
  if (unfinished) return unfinished;

  const soakedAtMs = (memory.wholeSinceMs ?? nowMs) + options.soakMs;
  if (memory.touched && soakedAtMs > nowMs) {
    const reason = `${healthNow(input)}; soaking before ${name} begins`;
    return { kind: 'wait', for: 'soak', zone: memory.zone, reason, held: [], recheckAtMs: soakedAtMs };
  }
  const batch = nextBatch(next, options.maxNodes);
  const turn = waitForTurn(input, memory.zone, podsOf({ zone: next.zone, nodes: batch }), `${name} begins`);
  return turn ?? cordon(input, next.zone, batch, true);
}

/** D7, when nothing else is left to do. */
function finish({ observation, memory }: DrainInput): DrainDecision {
  const unlabelled = podsWithoutLabel(observation);
  if (unlabelled.length > 0) {
    return {
      kind: 'blocked',
      by: 'zone-label',
      zone: undefined,
      reason: reasons.labelReason(unlabelled),
      fix: reasons.labelFix(unlabelled),
      held: [],
    };
  }
  const { length } = observation.nodes;
  const excused = excusedWorkloads(observation, memory);
  const health = excused.length > 0 ? `; ${reasons.healthOf(excused)}` : '';
  return { kind: 'done', reason: `${countNodes(length)} ${length === 1 ? 'is' : 'are'} drained${health}` };
}

function cordon(
  input: DrainInput,
  zone: string | undefined,
  batch: readonly NodeWork[],
  begins: boolean,
): Cordon {
  const { memory } = input;
  const pods = podsOf({ zone, nodes: batch }).length;
  const scope = begins ? `${reasons.nameZone(zone)} begins` : `the next nodes of ${reasons.nameZone(zone)}`;
  return {
    kind: 'cordon',
    zone,
    nodes: batch.filter((node) => !node.cordoned).map(({ name }) => name),
    begins,
    reason: `${scope}: ${countNodes(batch.length)} with ${countPods(pods)} to evict; ${healthNow(input)}`,
    memory: {
      ...memory,
      zone,
      begun: true,
      batch: batch.map(({ name }) => name),
      touched: begins ? false : memory.touched,
      wholeSinceMs: undefined,
    },
  };
}

/** D3: a node that the drain needs cordoned was uncordoned. */
function cordonAgain({ memory }: DrainInput, zone: string | undefined, open: readonly NodeWork[]): Cordon {
  const nodes = open.map(({ name }) => name);
  const verb = nodes.length === 1 ? 'is' : 'are';
  const reason = `${listNames(nodes)} ${verb} no longer cordoned while ${reasons.nameZone(zone)} is drained`;
  return { kind: 'cordon', zone, nodes, begins: false, reason, memory };
}

function healthNow({ observation, memory }: DrainInput): string {
  return reasons.healthOf(excusedWorkloads(observation, memory));
}

function evictReason(zone: string | undefined, pods: readonly DrainPod[], held: number): string {
  const rest = held > 0 ? `; ${countPods(held)} must wait` : '';
  return `evicting ${countPods(pods.length)} of ${reasons.nameZone(zone)}${rest}`;
}

function podsOf({ nodes }: ZoneWork): DrainPod[] {
  return nodes.flatMap((node) => node.pods);
}

function countNodes(count: number): string {
  return `${count} ${count === 1 ? 'node' : 'nodes'}`;
}
