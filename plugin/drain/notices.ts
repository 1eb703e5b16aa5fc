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
    notices.push(`without the label ${ZONE_LABEL}, so drained last: ${listNames(unlabelled)}`);
  }
  if (request.removal.disableEviction) {
    notices.push(
      'pods are deleted, not evicted: this bypasses PodDisruptionBudgets, and only this drain respects ZoneDisruptionBudgets',
    );
  } else {
    notices.push(...unenforced(leaving, watched));
  }
  const unguarded = leaving.filter(({ guard, loose }) => guard === 'none' && !loose);
  if (unguarded.length > 0) {
    notices.push(`no budget; only this drain respects zones: ${labels(unguarded)}`);
  }
  for (const { rolloutHolder, ...workload } of leaving) {
    if (rolloutHolder === undefined) continue;
    notices.push(
      `${labels([workload])} is being ${isDrain(rolloutHolder) ? 'drained' : 'rolled out'} by ${rolloutHolder}: its pods wait until that has finished`,
    );
  }
  const counted = leaving.filter((workload) => workload.counted === 'running');
  if (counted.length > 0) {
    notices.push(`expected number of pods unknown, so those that run now are counted: ${labels(counted)}`);
  }
  const names = new Set(workloads.map(workloadName));
  const strange = ignoreBroken.filter((name) => !names.has(name));
  if (strange.length > 0) {
    notices.push(`--ignore-broken: these have no pods on these nodes: ${listNames(strange)}`);
  }
  if (rollouts.unreadable.size > 0) {
    notices.push(
      `no permission to read Leases in ${listNames([...rollouts.unreadable].sort(compareText))}: a rollout there would not be noticed`,
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
      `only this drain respects the ZoneDisruptionBudgets of ${listNames(names.sort(compareText))}: ${reason}`,
  );
}

function labels(workloads: readonly Pick<DrainWorkload, 'label' | 'namespace'>[]): string {
  return listNames(workloads.map(({ label, namespace }) => `${label} of ${namespace}`).sort(compareText));
}
