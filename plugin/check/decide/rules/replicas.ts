import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { countPods } from '../../../../shared/sentences.ts';
import { seen } from '../finding.ts';
import { type CheckInput, mayBeServed } from '../input.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const singleReplica: Rule = {
  id: 'single-replica',
  severity: 'warning',
  title: 'One replica only',
  why: 'A single pod is unavailable whenever its node is drained, its zone fails or, without surge, it is updated. No budget can change that: it either blocks the drain or allows the outage.',
  source: SOURCES.disruptions,
  needs: ['services'],
  concerns: mayBeServed,
  check({ workload, services }) {
    // One replica is fine for workloads without requests, such as controllers.
    if (workload.replicas !== 1 || services.length === 0) return [];
    return [
      {
        evidence: [seen(workload, 'spec.replicas', 1)],
        consequence: 'The service is unavailable while the pod is moved or replaced.',
        fix: 'Run at least two replicas, in two zones; three if a majority is required.',
      },
    ];
  },
};

export const oneZone: Rule = {
  id: 'one-zone',
  severity: 'warning',
  title: 'All pods are in one zone',
  why: 'If that zone fails, or is drained for an upgrade, all pods are lost, although the cluster has nodes in other zones.',
  source: SOURCES.zones,
  needs: ['pods', 'nodes'],
  check(input) {
    const { workload, pods } = input;
    if (workload.replicas < 2 || isPinnedToZone(input)) return [];
    const zones = new Set(pods.flatMap(({ zone }) => zone ?? []));
    const [zone] = zones;
    const usable = new Set(
      input.nodes
        .filter(({ spec }) => !spec.unschedulable)
        .flatMap(({ metadata }) => metadata.labels[ZONE_LABEL] ?? []),
    );
    if (zone === undefined || zones.size > 1 || pods.length < 2 || usable.size < 2) return [];
    return [
      {
        evidence: [
          seen(workload, 'status.replicas', `${countPods(pods.length)} in zone ${zone}`),
          seen(
            { kind: 'Node', name: '*' },
            `metadata.labels["${ZONE_LABEL}"]`,
            [...usable].sort().join(', '),
          ),
        ],
        consequence: `If ${zone} fails or is drained, the service is unavailable.`,
        fix: 'Spread the pods with topologySpreadConstraints, and replace them: the scheduler does not move running pods.',
      },
    ];
  },
};

/** One StatefulSet per zone is a supported layout, in which none of them has to be spread. */
export function isPinnedToZone({ workload: { podSpec } }: Pick<CheckInput, 'workload'>): boolean {
  if (podSpec.nodeSelector?.[ZONE_LABEL] !== undefined) return true;
  const terms =
    podSpec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.some(({ matchExpressions }) =>
    (matchExpressions ?? []).some(
      ({ key, operator, values }) => key === ZONE_LABEL && operator === 'In' && values?.length === 1,
    ),
  );
}
