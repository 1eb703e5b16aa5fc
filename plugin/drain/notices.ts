import { compareText, ZONE_LABEL } from '../../shared/kube/zones.ts';
import { listNames } from '../../shared/sentences.ts';
import { isDrain, workloadName } from './decide/reasons.ts';
import type { DrainOptions, DrainWorkload } from './decide/types.ts';
import type { ObservedDrain } from './observe.ts';
import type { WatchedDrain } from './open-drain.ts';

/** Notices for the operator before a drain begins, one sentence each. */
export function startNotices(
  { observation }: ObservedDrain,
  watched: WatchedDrain,
  { ignoreBroken }: Pick<DrainOptions, 'ignoreBroken'>,
): string[] {
  const { nodes, pods, workloads } = observation;
  const { request, rollouts } = watched;
  const own = new Set(pods.map(({ workload }) => workload));
  const leaving = workloads.filter(({ key }) => own.has(key));
  const notices: string[] = [];

  const unlabelled = nodes.filter(({ zone }) => zone === undefined).map(({ name }) => name);
  if (unlabelled.length > 0) {
    notices.push(`without the label ${ZONE_LABEL}, so taken last: ${listNames(unlabelled)}`);
  }
  if (request.removal.disableEviction) {
    notices.push(
      'pods are deleted, not evicted: PodDisruptionBudgets are not asked, and ZoneDisruptionBudgets hold only as far as this drain counts their pods',
    );
  } else {
    notices.push(...unenforced(leaving, watched));
  }
  const unguarded = leaving.filter(({ guard, loose }) => guard === 'none' && !loose);
  if (unguarded.length > 0) {
    notices.push(`nothing but this drain keeps to one zone at a time for ${labels(unguarded)}`);
  }
  for (const { rolloutHolder, ...workload } of leaving) {
    if (rolloutHolder === undefined) continue;
    notices.push(
      `${labels([workload])} is being ${isDrain(rolloutHolder) ? 'drained' : 'rolled out'} by ${rolloutHolder}: its pods wait until that has ended`,
    );
  }
  const counted = leaving.filter((workload) => workload.counted === 'running');
  if (counted.length > 0) {
    notices.push(
      `nobody can tell how many pods these should have, so they are counted from what runs now: ${labels(counted)}`,
    );
  }
  const names = new Set(workloads.map(workloadName));
  const strange = ignoreBroken.filter((name) => !names.has(name));
  if (strange.length > 0) {
    notices.push(`--ignore-broken names what has no pods on these nodes: ${listNames(strange)}`);
  }
  if (rollouts.unreadable.size > 0) {
    notices.push(
      `Leases may not be read in ${listNames([...rollouts.unreadable].sort(compareText))}: a rollout there would not be noticed`,
    );
  }
  return notices;
}

/** Budgets that only this drain respects. */
function unenforced(leaving: readonly DrainWorkload[], { enforced }: WatchedDrain): string[] {
  const namespaces = new Set(
    leaving.filter(({ guard }) => guard === 'zone-budget').map(({ namespace }) => namespace),
  );
  const byReason = new Map<string, string[]>();
  for (const namespace of namespaces) {
    const enforcement = enforced.of(namespace);
    if (!enforcement || enforcement.kind === 'enforced') continue;
    byReason.set(enforcement.reason, [...(byReason.get(enforcement.reason) ?? []), namespace]);
  }
  return [...byReason].map(
    ([reason, names]) =>
      `nothing but this drain keeps to the ZoneDisruptionBudgets of ${listNames(names.sort(compareText))}: ${reason}`,
  );
}

function labels(workloads: readonly Pick<DrainWorkload, 'label' | 'namespace'>[]): string {
  return listNames(workloads.map(({ label, namespace }) => `${label} of ${namespace}`).sort(compareText));
}
