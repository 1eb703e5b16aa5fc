import type { PodCell, RolloutSnapshot } from '../../../../shared/rollout/decide/snapshot.ts';

/** `j`, `k` and the vertical arrows move through the pods that are down, the horizontal arrows through all. */
const STEPS: Readonly<Record<string, { by: 1 | -1; among: 'down' | 'all' }>> = {
  j: { by: 1, among: 'down' },
  down: { by: 1, among: 'down' },
  k: { by: -1, among: 'down' },
  up: { by: -1, among: 'down' },
  right: { by: 1, among: 'all' },
  left: { by: -1, among: 'all' },
};

/**
 * The pod to which a key moves the cursor, cyclically; undefined for other keys and without pods. If no pod is down,
 * the keys move through all of them.
 *
 * @param cursor name of the pod under the cursor, if there is one
 */
export function movedCursor(
  snapshot: Pick<RolloutSnapshot, 'zones'>,
  cursor: string | undefined,
  key: string,
): string | undefined {
  const step = STEPS[key];
  if (!step) return undefined;
  const all = snapshot.zones.flatMap(({ cells }) => cells);
  const down = all.filter(isDown);
  const among = step.among === 'down' && down.length > 0 ? down : all;
  const at = among.findIndex(({ name }) => name === cursor);
  if (at < 0) return step.among === 'down' ? firstToExplain(snapshot) : among[0]?.name;
  return among[(at + step.by + among.length) % among.length]?.name;
}

/** The pod to explain first: one in trouble, otherwise one that is down, otherwise the first of all. */
export function firstToExplain({ zones }: Pick<RolloutSnapshot, 'zones'>): string | undefined {
  const all = zones.flatMap(({ cells }) => cells);
  return (all.find(({ state }) => state === 'unready') ?? all.find(isDown) ?? all[0])?.name;
}

function isDown({ state }: PodCell): boolean {
  return state === 'unready' || state === 'replacing';
}
