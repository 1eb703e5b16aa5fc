import type { DrainDecision } from './types.ts';

/**
 * A decision while something outside speaks against taking more: what would begin is waited with, what has begun is
 * waited for as ever.
 *
 * @param why a sentence; undefined when nothing holds
 */
export function heldBack(decision: DrainDecision, why: string | undefined): DrainDecision {
  if (why === undefined || (decision.kind !== 'cordon' && decision.kind !== 'evict')) return decision;
  return {
    kind: 'wait',
    for: 'probe',
    zone: decision.zone,
    reason: why,
    held: [],
    recheckAtMs: undefined,
  };
}
