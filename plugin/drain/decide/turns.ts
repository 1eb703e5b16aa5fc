/**
 * D8: of all rollouts and drains, only the holder of a workload's Lease may disrupt its pods. A drain holds the Leases
 * of all workloads under a zone budget before it evicts pods of one.
 */
import * as reasons from './reasons.ts';
import type { Claim, DrainInput, DrainObservation, DrainPod, DrainWait, DrainWorkload } from './types.ts';

/**
 * What keeps nodes from being cordoned, because others hold the Leases of workloads with pods on them.
 *
 * @param pods pods that would have to leave
 * @param before what must wait, as the end of a sentence
 * @returns undefined when we hold all required Leases, and no requests of earlier holders are pending
 */
export function waitForTurn(
  input: DrainInput,
  zone: string | undefined,
  pods: readonly DrainPod[],
  before: string,
): Claim | DrainWait | undefined {
  const workloads = workloadsOf(input, pods);
  const why = workloads.flatMap((workload) => {
    if (workload.rolloutHolder !== undefined) return [reasons.rolledOut(workload, workload.rolloutHolder)];
    return workload.unclaimed?.problem === undefined ? [] : [reasons.unclaimed(workload)];
  });
  const wait = (all: readonly string[]): DrainWait => {
    const more = all.length > 1 ? `; and ${all.length - 1} more` : '';
    const reason = `${all[0]}${more}, before ${before}`;
    return { kind: 'wait', for: 'rollout', zone, reason, held: [], recheckAtMs: undefined };
  };
  if (why.length > 0) return { ...wait(why), yields: true };
  const claim = claimFor(input, zone, pods);
  if (claim) return claim;
  // R10: until they are known to have ended.
  const settling = workloads.filter((workload) => workload.settling !== undefined).map(reasons.settling);
  return settling.length > 0 ? wait(settling) : undefined;
}

/** The Leases to claim now for these pods; undefined if there are none. */
export function claimFor(
  input: DrainInput,
  zone: string | undefined,
  pods: readonly DrainPod[],
): Claim | undefined {
  const free = workloadsOf(input, pods).filter(
    ({ rolloutHolder, unclaimed }) => rolloutHolder === undefined && unclaimed && !unclaimed.problem,
  );
  if (free.length === 0) return undefined;
  const reason = `acquiring the Leases of ${free.length} workload${free.length === 1 ? '' : 's'}`;
  return { kind: 'claim', zone, workloads: free.map(({ key }) => key), reason };
}

function workloadsOf({ observation }: DrainInput, pods: readonly DrainPod[]): DrainWorkload[] {
  return withSharers(observation, new Set(pods.flatMap(({ workload }) => workload ?? [])));
}

/**
 * These workloads, and all others under one of their zone budgets: if no webhook enforces it, only their Leases keep
 * two drains from disrupting pods of two zones under it at the same moment.
 */
export function withSharers(
  { workloads }: Pick<DrainObservation, 'workloads'>,
  keys: ReadonlySet<string>,
): DrainWorkload[] {
  const own = workloads.filter(({ key }) => keys.has(key));
  const budgets = new Set(own.flatMap(({ zoneBudgets = [] }) => zoneBudgets));
  if (budgets.size === 0) return own;
  return workloads.filter(
    ({ key, zoneBudgets = [] }) => keys.has(key) || zoneBudgets.some((budget) => budgets.has(budget)),
  );
}
