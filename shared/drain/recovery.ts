/** D2 and D6: waiting for pods to come back, and giving up on those that no node takes. */
import * as reasons from './reasons.ts';
import type { DrainBlocked, DrainInput, DrainMemory, DrainObservation, DrainWait, HeldPod } from './types.ts';
import { brokenWorkloads, type StuckPod, stuckPods } from './whole.ts';

/**
 * What keeps the drain from going on to the next nodes, zone, or its end.
 *
 * @param before what may not happen yet, as the end of a sentence
 * @returns undefined when every workload that is waited for is whole
 */
export function waitUntilWhole(
  input: DrainInput,
  zone: string | undefined,
  before: string,
): DrainWait | DrainBlocked | undefined {
  const { observation, memory, options, nowMs } = input;
  const broken = brokenWorkloads(observation, memory);
  if (broken.length === 0) return undefined;
  const [stuck] = stuckPods(broken, options.pendingMs);
  if (stuck && stuck.untilMs <= nowMs) return blocked(input, zone, stuck, []);
  return {
    kind: 'wait',
    for: 'whole',
    zone,
    reason: `${reasons.describeBroken(broken)}, before ${before}`,
    held: [],
    recheckAtMs: stuck?.untilMs,
  };
}

/**
 * Whether the pods that are held back wait in vain.
 *
 * @param held all that is left to do
 * @returns blocked, or when it will be if nothing changes (ms since the epoch); undefined while something else than
 * a pod that no node takes holds at least one of them
 */
export function judgeHeld(
  input: DrainInput,
  zone: string | undefined,
  held: readonly HeldPod[],
): DrainBlocked | { kind: 'pending'; untilMs: number } | undefined {
  const { observation, memory, options, nowMs } = input;
  const stuck = stuckPods(brokenWorkloads(observation, memory), options.pendingMs);
  const causes = held.map((each) => stuck.find((pod) => mayHold(pod, each)));
  let first: StuckPod | undefined;
  for (const cause of causes) {
    if (cause === undefined) return undefined;
    if (first === undefined || cause.untilMs < first.untilMs) first = cause;
  }
  if (first === undefined) return undefined;
  return first.untilMs <= nowMs
    ? blocked(input, zone, first, held)
    : { kind: 'pending', untilMs: first.untilMs };
}

/** A zone budget may cover more than one workload, and which ones the observation does not tell. */
function mayHold({ workload }: StuckPod, { pod, by }: HeldPod): boolean {
  if (by === 'rollout') return false;
  if (workload.key === pod.workload) return true;
  return by === 'zone-budget' && workload.guard === 'zone-budget' && workload.namespace === pod.namespace;
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

/** A cordoned node of the pod's zone, where its volume may be, else one that was emptied last. */
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
