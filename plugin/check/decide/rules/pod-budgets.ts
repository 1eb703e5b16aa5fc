import type { PodDisruptionBudget } from '../../../../shared/kube/objects.ts';
import { type ObjectPatch, seen } from '../finding.ts';
import type { CheckInput } from '../input.ts';
import { allowedBy, podsOf } from '../limits.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

/** A quorum needs three zones. Assumed if the spread of the pods is unknown. */
const USUAL_ZONES = 3;

export const podBudgetAllowsNone: Rule = {
  id: 'pdb-allows-none',
  severity: 'error',
  title: 'A PodDisruptionBudget allows no evictions',
  why: 'A budget whose maxUnavailable is 0, or whose minAvailable is all replicas, denies every eviction: drains never finish, until somebody deletes the pods and bypasses all budgets.',
  source: SOURCES.podBudget,
  needs: ['poddisruptionbudgets'],
  check({ workload, podBudgets }) {
    if (workload.replicas === 0) return [];
    return podBudgets
      .filter((budget) => allowedBy(budget, workload.replicas) === 0)
      .map((budget) => ({
        evidence: [evidenceOf(budget), seen(workload, 'spec.replicas', workload.replicas)],
        consequence: 'No pod can be evicted: node upgrades hang at the first node with one of these pods.',
        fix:
          workload.replicas === 1
            ? 'Run two replicas, or allow one pod to be unavailable and accept the interruption.'
            : 'Allow at least one pod to be unavailable.',
        patches: [patchOf(budget, 1)],
      }));
  },
};

export const podBudgetOverlap: Rule = {
  id: 'pdb-overlap',
  severity: 'error',
  title: 'Two PodDisruptionBudgets on one pod',
  why: 'The API server answers the eviction of a pod with more than one PodDisruptionBudget with 500, whatever they allow.',
  source: SOURCES.evictionCodes,
  needs: ['poddisruptionbudgets'],
  check({ workload, podBudgets }) {
    const [first, second] = podBudgets;
    if (!first || !second) return [];
    return [
      {
        evidence: podBudgets.map(({ metadata }) =>
          seen({ kind: 'PodDisruptionBudget', name: metadata.name }, 'spec.selector', 'covers the pods'),
        ),
        consequence: 'Every eviction of these pods fails with 500: drains never finish.',
        fix: `Keep one of them: kubectl delete pdb ${second.metadata.name} -n ${workload.namespace}.`,
      },
    ];
  },
};

export const podBudgetNarrows: Rule = {
  id: 'pdb-narrows-zone-budget',
  severity: 'warning',
  title: 'A PodDisruptionBudget makes the zone budget useless',
  why: 'Both budgets must allow an eviction. If a PodDisruptionBudget allows fewer evictions than the ZoneDisruptionBudget allows in a zone, only the former matters: zones are drained pod by pod, as without a zone budget.',
  source: SOURCES.podBudget,
  needs: ['poddisruptionbudgets', 'zonedisruptionbudgets'],
  check(input) {
    const { workload, podBudgets, zoneBudgets, webhook, gaps } = input;
    // If nothing enforces the zone budget, the other one is the only protection.
    const isKnown = !gaps.some(({ topic }) => topic === 'validatingwebhookconfigurations');
    if (isKnown && !webhook) return [];
    const [zoneBudget] = zoneBudgets;
    const limit = zoneBudget && podsOf(zoneBudget.spec.maxUnavailable ?? 0, workload.replicas);
    if (!zoneBudget || limit === undefined || zoneBudgets.length > 1 || podBudgets.length > 1) return [];
    const wanted = Math.min(limit, largestZone(input));
    return podBudgets.flatMap((budget) => {
      const allowed = allowedBy(budget, workload.replicas);
      // A budget that allows none is reported by another rule.
      if (allowed === undefined || allowed === 0 || allowed >= wanted) return [];
      return {
        evidence: [
          evidenceOf(budget),
          seen(
            { kind: 'ZoneDisruptionBudget', name: zoneBudget.metadata.name },
            'spec.maxUnavailable',
            zoneBudget.spec.maxUnavailable,
          ),
        ],
        consequence: `In a zone ${wanted} pods could be evicted together, but never more than ${allowed} are: drains take ${Math.ceil(wanted / allowed)} times as long.`,
        fix: 'Let the PodDisruptionBudget allow as many as the zone budget, or delete it.',
        patches: webhook ? [patchOf(budget, wanted)] : [],
      };
    });
  },
};

function largestZone({ workload, pods }: CheckInput): number {
  const zones = Map.groupBy(
    pods.flatMap(({ zone }) => zone ?? []),
    (zone) => zone,
  );
  const counts = [...zones.values()].map((each) => each.length);
  return counts.length > 0 ? Math.max(...counts) : Math.ceil(workload.replicas / USUAL_ZONES);
}

function evidenceOf({ metadata, spec }: PodDisruptionBudget) {
  const field = spec.maxUnavailable === undefined ? 'minAvailable' : 'maxUnavailable';
  return seen({ kind: 'PodDisruptionBudget', name: metadata.name }, `spec.${field}`, spec[field]);
}

/** A budget has one of the two fields. */
function patchOf({ metadata, spec }: PodDisruptionBudget, maxUnavailable: number): ObjectPatch {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    namespace: metadata.namespace,
    name: metadata.name,
    type: 'merge',
    body: { spec: { maxUnavailable, ...(spec.minAvailable !== undefined && { minAvailable: null }) } },
  };
}
