/** How a rollout of flushing pods handles killed pods: it stops until an operator has acknowledged each. Pure. */
import { countPods } from '../../sentences.ts';
import type { Blocked, KilledPod, Observation, RolloutMemory } from './types.ts';

/** Pods not acknowledged yet. */
export function killedUnseen({ killed }: Pick<RolloutMemory, 'killed'>): KilledPod[] {
  return killed.filter((pod) => !pod.accepted);
}

/**
 * Adds killed pods to the memory. Acknowledged ones are dropped once their object is gone: until then another
 * process could report them again.
 *
 * @param killed pods that are not in the memory yet
 */
export function rememberKilled(
  memory: RolloutMemory,
  killed: readonly Omit<KilledPod, 'accepted'>[],
  { pods }: Pick<Observation, 'pods'>,
): RolloutMemory {
  if (killed.length === 0 && memory.killed.length === 0) return memory;
  const present = new Set(pods.map(({ uid }) => uid));
  const kept = memory.killed.filter(({ accepted, uid }) => !accepted || present.has(uid));
  return { ...memory, killed: [...kept, ...killed.map((pod) => ({ ...pod, accepted: false }))] };
}

/** The memory after the operator has acknowledged all killed pods in it. */
export function acceptKilled(memory: RolloutMemory): RolloutMemory {
  return { ...memory, killed: memory.killed.map((pod) => ({ ...pod, accepted: true })) };
}

/** Blocks every next step, including the end of the rollout. */
export function blockedByKilled(killed: readonly KilledPod[]): Blocked {
  const [first, ...others] = killed;
  const more = others.length > 0 ? `; ${countPods(others.length)} more` : '';
  return {
    kind: 'blocked',
    by: 'killed',
    reason: `possible data loss: ${first?.name} ${first?.how}${more}`,
    fix: 'check what was lost; to continue, run the same command with --accept-killed',
    pods: killed.map(({ name }) => name),
  };
}
