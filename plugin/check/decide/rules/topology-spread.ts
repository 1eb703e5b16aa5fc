import { ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { type PatchBody, type PatchValue, seen } from '../finding.ts';
import type { CheckInput } from '../input.ts';
import type { CheckedWorkload } from '../objects/workload.ts';
import { templatePatch } from '../patches.ts';
import type { Problem, Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import { isPinnedToZone } from './replicas.ts';

const FIELD = 'spec.template.spec.topologySpreadConstraints';

export const topologySpreadMissing: Rule = {
  id: 'topology-spread-missing',
  severity: 'warning',
  title: 'Nothing spreads the pods over zones',
  why: 'The scheduler prefers to spread pods, but free capacity can outweigh that. After some rollouts and drains most pods may be in one zone, and a rollout by zone may disrupt most of them at once.',
  source: SOURCES.spread,
  check(input) {
    const { workload } = input;
    if (!mayBeSpread(input) || spreading(workload) !== 'none') return [];
    return [
      {
        evidence: [seen(workload, FIELD, null)],
        consequence:
          'Zones have unequal numbers of pods: the failure or drain of one may disrupt most of them.',
        fix: 'Add a topologySpreadConstraint by zone with maxSkew 1 and DoNotSchedule.',
        patches: constraintPatches(workload),
      },
    ];
  },
};

export const topologySpreadOptional: Rule = {
  id: 'topology-spread-optional',
  severity: 'warning',
  title: 'The spread of pods over zones is only a preference',
  why: 'With ScheduleAnyway, or a preferred anti-affinity, a pod is scheduled in another zone if its own lacks capacity, and stays there. In a replicated store whose data is divided by zone such a pod has the data of the wrong zone.',
  source: SOURCES.spread,
  check(input): Problem[] {
    const { workload } = input;
    if (!mayBeSpread(input) || spreading(workload) !== 'optional') return [];
    const constraints = zoneConstraints(workload);
    return [
      {
        // Stateless pods can run in any zone.
        ...(workload.kind === 'Deployment' && { severity: 'info' }),
        evidence: [
          constraints.length > 0
            ? seen(workload, `${FIELD}[${ZONE_LABEL}].whenUnsatisfiable`, 'ScheduleAnyway')
            : seen(
                workload,
                'spec.template.spec.affinity.podAntiAffinity',
                'preferredDuringSchedulingIgnoredDuringExecution',
              ),
        ],
        consequence: 'After a drain or a capacity shortage pods are in the wrong zones, and stay there.',
        fix: 'Use DoNotSchedule for the constraint by zone; pods then wait for capacity in their zone.',
        // A strict constraint may leave pods Pending, which stateless pods do not need.
        patches: constraints.length > 1 || workload.kind === 'Deployment' ? [] : constraintPatches(workload),
      },
    ];
  },
};

function mayBeSpread(input: CheckInput): boolean {
  return input.workload.replicas > 1 && !isPinnedToZone(input);
}

/** How strictly the template spreads its pods over zones. */
function spreading(workload: CheckedWorkload): 'strict' | 'optional' | 'none' {
  const constraints = zoneConstraints(workload);
  const antiAffinity = workload.podSpec.affinity?.podAntiAffinity;
  const required = antiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = antiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  if (constraints.some(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')) return 'strict';
  if (required.some(({ topologyKey }) => topologyKey === ZONE_LABEL)) return 'strict';
  const isPreferred = preferred.some(({ podAffinityTerm }) => podAffinityTerm.topologyKey === ZONE_LABEL);
  return constraints.length > 0 || isPreferred ? 'optional' : 'none';
}

function zoneConstraints({ podSpec }: CheckedWorkload) {
  return (podSpec.topologySpreadConstraints ?? []).filter(({ topologyKey }) => topologyKey === ZONE_LABEL);
}

/** Makes the constraint by zone strict, or adds one for the pods of the workload. */
function constraintPatches(workload: CheckedWorkload) {
  const strict = { topologyKey: ZONE_LABEL, whenUnsatisfiable: 'DoNotSchedule' };
  const constraint: PatchBody =
    zoneConstraints(workload).length > 0
      ? strict
      : {
          ...strict,
          maxSkew: 1,
          labelSelector: selectorBody(workload),
          // Pods of the old revision are not counted for the new ones.
          ...(workload.kind === 'Deployment' && { matchLabelKeys: ['pod-template-hash'] }),
        };
  return [templatePatch(workload, { topologySpreadConstraints: [constraint] })];
}

function selectorBody({ selector }: CheckedWorkload): PatchBody {
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values = [] }): PatchValue => ({
      key,
      operator,
      ...(values.length > 0 && { values: [...values] }),
    }),
  );
  return {
    ...(selector.matchLabels && { matchLabels: { ...selector.matchLabels } }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}
