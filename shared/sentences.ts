/** Phrases shared by rollout, budget and drain. */

/** Keeps sentences about 300 pods readable: the first few by name, the rest as a number. */
const NAMES_SHOWN = 5;

/** `1 pod`, `12 pods`. */
export function countPods(count: number): string {
  return `${count} ${count === 1 ? 'pod' : 'pods'}`;
}

/** `a, b, c and 4 more`. */
export function listNames(names: readonly string[]): string {
  if (names.length <= NAMES_SHOWN + 1) return names.join(', ');
  return `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`;
}
