/** What a rollout of pods that flush makes of pods that were killed: it holds until an operator knows of each. Pure. */
import { countPods } from '../../sentences.ts';
import type { Blocked, KilledPod, Observation, RolloutMemory } from './types.ts';

/** Pods that nobody has accepted yet. */
export function killedUnseen({ killed }: Pick<RolloutMemory, 'killed'>): KilledPod[] {
  return killed.filter((pod) => !pod.accepted);
}

/**
 * The memory with pods that were killed. Accepted ones are forgotten once their object is gone: until then another
 * process could take them for new.
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

/** The memory of a rollout whose operator lets it go on after all the pods that it names. */
export function acceptKilled(memory: RolloutMemory): RolloutMemory {
  return { ...memory, killed: memory.killed.map((pod) => ({ ...pod, accepted: true })) };
}

/** Holds whatever would come next, the end of the rollout too. */
export function blockedByKilled(killed: readonly KilledPod[]): Blocked {
  const [first, ...others] = killed;
  const more = others.length > 0 ? `; ${countPods(others.length)} more` : '';
  return {
    kind: 'blocked',
    by: 'killed',
    reason: `possible data loss: ${first?.name} ${first?.how}${more}`,
    fix: 'look for what is lost; the same command with --accept-killed goes on',
    pods: killed.map(({ name }) => name),
  };
}
