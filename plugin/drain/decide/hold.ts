import type { DrainDecision } from './types.ts';

/**
 * Applies an external hold to a decision: nothing new begins, and what has begun is still waited for.
 *
 * @param why a sentence; undefined without a hold
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
