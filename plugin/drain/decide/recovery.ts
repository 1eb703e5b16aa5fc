/** D2 and D6: waits for pods to come back, and stops waiting for those that cannot. */

import { disruptedZones } from '../../../shared/kube/zones.ts';
import { brokenWorkloads, excusesByKey, type StuckPod, stuckPods } from './available.ts';
import * as reasons from './reasons.ts';
import type {
  DrainBlocked,
  DrainInput,
  DrainMemory,
  DrainObservation,
  DrainWait,
  DrainWorkload,
  Excuse,
  HeldPod,
} from './types.ts';

/**
 * What keeps the drain from continuing with the next nodes or zone, or from finishing.
 *
 * @param before what must wait, as the end of a sentence
 * @returns undefined when every workload is as healthy as before the drain
 */
export function waitUntilWhole(
  input: DrainInput,
  zone: string | undefined,
  before: string,
): DrainWait | DrainBlocked | undefined {
  const { observation, memory, options, nowMs } = input;
  const broken = brokenWorkloads(observation, memory);
  if (broken.length === 0) return undefined;
  const [stuck] = stuckPods(observation, memory, options.pendingMs);
  if (stuck && stuck.untilMs <= nowMs) return blocked(input, zone, stuck, []);
  return {
    kind: 'wait',
    for: 'whole',
    zone,
    reason: `${reasons.describeBroken(broken)}, before ${before}`,
    held: [],
    recheckAtMs: stuck?.untilMs,
    fix: fixFor(broken, memory.suspects),
  };
}

/**
 * Whether these recover is unknown: they were broken before this process started, or nobody can tell whether the pods
 * that they lack are missing or no longer intended.
 */
function fixFor(broken: readonly DrainWorkload[], suspects: readonly string[]): string | undefined {
  const found = broken.filter(({ key }) => suspects.includes(key));
  if (found.length > 0) return reasons.suspectFix(found);
  const counted = broken.filter((workload) => workload.counted !== undefined);
  return counted.length === 0 ? undefined : reasons.countedFix(counted);
}

/** When the drain stops waiting for held pods if nothing changes and what would help. */
export interface Outlook {
  kind: 'pending';
  untilMs: number;
  fix: string | undefined;
}

/** What a held pod waits for without prospect of success. */
type Cause =
  | { kind: 'stuck'; untilMs: number; stuck: StuckPod }
  | { kind: 'broken'; untilMs: number; workloads: readonly DrainWorkload[]; ignorable: boolean };

/**
 * Whether the held pods wait without prospect of success.
 *
 * @param held all remaining pods
 * @returns blocked, or when that is decided; undefined while at least one of them may become evictable without
 * intervention
 */
export function judgeHeld(
  input: DrainInput,
  zone: string | undefined,
  held: readonly HeldPod[],
): DrainBlocked | Outlook | undefined {
  const { observation, memory, options, nowMs } = input;
  const stuck = stuckPods(observation, memory, options.pendingMs);
  const excuses = excusesByKey(memory);
  const causes = held.map((each): Cause | undefined => {
    const found = stuck.find((pod) => mayHold(pod, each));
    if (found) return { kind: 'stuck', untilMs: found.untilMs, stuck: found };
    const broken = holders(observation, each).filter(({ key }) => excuses.has(key));
    if (broken.length === 0 || !areOnlyExcused(observation, each, excuses)) return undefined;
    const sinceMs = Math.max(...broken.map(({ key }) => excuses.get(key)?.sinceMs ?? nowMs));
    const ignorable = each.by === 'other-zone';
    return { kind: 'broken', untilMs: sinceMs + options.pendingMs, workloads: broken, ignorable };
  });
  let first: Cause | undefined;
  for (const cause of causes) {
    if (cause === undefined) return undefined;
    if (first === undefined || cause.untilMs < first.untilMs) first = cause;
  }
  if (first === undefined) return undefined;
  const broken = causes.flatMap((cause) => (cause?.kind === 'broken' ? [cause] : []));
  const fix =
    broken.length === 0
      ? undefined
      : reasons.repairFix(
          broken.flatMap(({ workloads }) => workloads),
          broken.every(({ ignorable }) => ignorable),
        );
  if (first.untilMs > nowMs) return { kind: 'pending', untilMs: first.untilMs, fix };
  if (first.kind === 'stuck') return blocked(input, zone, first.stuck, held);
  const reason = reasons.brokenBefore(held, zone);
  return { kind: 'blocked', by: 'broken', zone, reason, fix: fix ?? '', held };
}

/** A zone budget may cover more than one workload, and the observation does not contain which. */
function mayHold({ workload }: StuckPod, { pod, by }: HeldPod): boolean {
  if (workload.key === pod.workload) return true;
  return by === 'zone-budget' && workload.guard === 'zone-budget' && workload.namespace === pod.namespace;
}

/** The workloads with pods down that may hold the pod: its own, and those that share a zone budget with it. */
function holders({ workloads }: DrainObservation, { pod, by }: HeldPod): DrainWorkload[] {
  if (by !== 'other-zone' && by !== 'zone-budget' && by !== 'pod-budget') return [];
  return workloads.filter(
    ({ key, zones, zoneBudgets = [] }) =>
      disruptedZones(zones).length > 0 &&
      (key === pod.workload ||
        (by === 'zone-budget' && zoneBudgets.some((each) => pod.zoneBudgets.includes(each)))),
  );
}

/** Whether no more of their pods are down than before the drain: others would recover. */
function areOnlyExcused(
  observation: DrainObservation,
  held: HeldPod,
  excuses: ReadonlyMap<string, Excuse>,
): boolean {
  return holders(observation, held).every(({ key, zones }) => {
    const count = zones.reduce((sum, { down }) => sum + down.length, 0);
    return count <= (excuses.get(key)?.total ?? 0);
  });
}

function blocked(
  { observation, memory }: DrainInput,
  zone: string | undefined,
  stuck: StuckPod,
  held: readonly HeldPod[],
): DrainBlocked {
  return {
    kind: 'blocked',
    by: 'unschedulable',
    zone,
    reason: reasons.describeStuck(stuck),
    fix: reasons.uncordonFix(nodeToUncordon(observation, memory, stuck.pod.zone), stuck.pod),
    held,
  };
}

/** A cordoned node in the pod's zone, where its volume may be, otherwise one drained last. */
function nodeToUncordon(
  { nodes, pods }: DrainObservation,
  memory: DrainMemory,
  zone: string | undefined,
): string | undefined {
  const full = new Set(pods.map(({ node }) => node));
  const batch = new Set(memory.batch);
  const rank = ({ name, zone: own }: DrainObservation['nodes'][number]) =>
    (zone !== undefined && own === zone ? 0 : 4) + (batch.has(name) ? 0 : 2) + (full.has(name) ? 1 : 0);
  const [best] = nodes.filter(({ cordoned }) => cordoned).sort((a, b) => rank(a) - rank(b));
  return best?.name;
}
