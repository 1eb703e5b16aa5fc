import type {
  DownPod,
  DrainObservation,
  DrainPod,
  DrainWorkload,
} from '../../../../plugin/drain/decide/types.ts';
import { tallyZones } from '../../../../shared/kube/zones.ts';
import type { ModelCluster, ModelPod, ModelWorkload } from './model.ts';

/**
 * What the driver's caches show of the model at this moment.
 *
 * @param only names of the nodes to drain, where not all targets are
 */
export function observeModel(cluster: ModelCluster, only?: ReadonlySet<string>): DrainObservation {
  const targets = [...cluster.nodes.values()].filter(({ name, target }) => only?.has(name) ?? target);
  const names = new Set(targets.map(({ name }) => name));
  const pods = [...cluster.pods.values()].flatMap((pod) => {
    return pod.node !== undefined && names.has(pod.node) ? [observePod(cluster, pod, pod.node)] : [];
  });
  const guardedBy = (guard: ModelWorkload['guard']) =>
    cluster.workloads.filter((workload) => workload.guard === guard);
  const zoneBudgets = guardedBy('zone-budget').flatMap((workload) =>
    zoneBudgetKeys(workload).map(
      (key) =>
        [
          key,
          {
            policy: workload.policy,
            view: {
              maxUnavailable: workload.maxUnavailable,
              reservations: [],
              zones: tally(cluster, workload).map(({ zone, total, down }) => ({
                zone,
                expected: total,
                unavailable: down.length,
              })),
            },
          },
        ] as const,
    ),
  );
  const podBudgets = cluster.workloads.flatMap((workload) =>
    podBudgetKeys(workload).map((key) => {
      const healthy = workload.replicas - cluster.downOf(workload).length;
      const desired = workload.replicas - workload.maxUnavailable;
      const unreadyMayGo = workload.policy === 'AlwaysAllow' || (desired > 0 && healthy >= desired);
      return [key, { disruptionsAllowed: Math.max(0, healthy - desired), unreadyMayGo }] as const;
    }),
  );
  return {
    nodes: targets.map(({ name, zone, cordoned }) => ({ name, zone, cordoned })),
    pods,
    workloads: cluster.workloads.map((workload) => observeWorkload(cluster, workload)),
    zoneBudgets: new Map(zoneBudgets),
    podBudgets: new Map(podBudgets),
  };
}

function observePod(cluster: ModelCluster, pod: ModelPod, node: string): DrainPod {
  const { workload } = pod;
  return {
    namespace: 'prod',
    name: pod.name,
    uid: pod.uid,
    node,
    zone: cluster.zoneOf(pod),
    available: pod.ready && !pod.terminating,
    terminating: pod.terminating,
    asked: false,
    refused: undefined,
    workload: workload?.name,
    zoneBudgets: workload ? zoneBudgetKeys(workload) : [],
    podBudgets: workload ? podBudgetKeys(workload) : [],
  };
}

function observeWorkload(cluster: ModelCluster, workload: ModelWorkload): DrainWorkload {
  const down = cluster.downOf(workload).map(({ name }): DownPod => {
    const pod = cluster.pods.get(name);
    const sinceMs = pod?.unschedulableSinceMs;
    return {
      name,
      zone: pod?.node === undefined ? cluster.lastZones.get(name) : cluster.zoneOf(pod),
      problem: pod ? (pod.terminating ? 'terminating' : 'not ready') : 'missing',
      unschedulable: sinceMs === undefined ? undefined : { message: 'no node fits', sinceMs },
    };
  });
  return {
    key: workload.name,
    namespace: 'prod',
    label: `statefulset/${workload.name}`,
    guard: workload.guard,
    zones: tally(cluster, workload),
    down,
    rolloutHolder: workload.rolloutHolder === 'drain' ? undefined : workload.rolloutHolder,
    ...(workload.rolloutHolder === undefined && { unclaimed: { problem: undefined } }),
  };
}

function tally(cluster: ModelCluster, workload: ModelWorkload) {
  const down = new Set(cluster.downOf(workload).map(({ name }) => name));
  return tallyZones(
    cluster.namesOf(workload).map((name) => {
      const zone = cluster.countedIn(name);
      return { name, zone: zone.startsWith('?') ? undefined : zone, available: !down.has(name) };
    }),
  );
}

function zoneBudgetKeys({ guard, twice, name }: ModelWorkload): string[] {
  if (guard !== 'zone-budget') return [];
  return twice ? [`prod/${name}`, `prod/${name}-again`] : [`prod/${name}`];
}

function podBudgetKeys({ guard, both, name }: ModelWorkload): string[] {
  return guard === 'pod-budget' || (guard === 'zone-budget' && both) ? [`prod/${name}`] : [];
}
