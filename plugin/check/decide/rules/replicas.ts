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
  why: 'A single pod is away whenever its node is drained, its zone fails or, without surge, it is updated. No budget can change that: it either blocks the drain or lets the service go.',
  source: SOURCES.disruptions,
  needs: ['services'],
  concerns: mayBeServed,
  check({ workload, services }) {
    // What nobody sends requests to, such as a controller, may well be one.
    if (workload.replicas !== 1 || services.length === 0) return [];
    return [
      {
        evidence: [seen(workload, 'spec.replicas', 1)],
        consequence: 'Nobody serves while the pod is moved or replaced.',
        fix: 'Run at least two, in two zones; three for what needs a majority.',
      },
    ];
  },
};

export const oneZone: Rule = {
  id: 'one-zone',
  severity: 'warning',
  title: 'All pods are in one zone',
  why: 'A zone that fails, or is drained for an upgrade, takes all pods with it, though the cluster has nodes in others.',
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
        consequence: `When ${zone} fails or is drained, nobody serves.`,
        fix: 'Spread the pods with topologySpreadConstraints, and replace them: the scheduler does not move pods that run.',
      },
    ];
  },
};

/** One StatefulSet for each zone is a layout of its own, in which none of them has to be spread. */
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
