import type { Side } from '../../demo/flush/scenario.ts';

export const SIDE_NAMES: Readonly<Record<Side, string>> = {
  plain: 'plain rolling update',
  zone: 'kubectl zone rollout',
};

/** For `1 flushes` and `2 flush`. */
export function flushVerb(count: number): string {
  return count === 1 ? 'flushes' : 'flush';
}
