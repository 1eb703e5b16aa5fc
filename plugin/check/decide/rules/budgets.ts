import { seen } from '../finding.ts';
import { podsOf } from '../limits.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const budgetMissing: Rule = {
  id: 'budget-missing',
  severity: 'warning',
  title: 'No budget covers the pods',
  why: 'Drains and autoscalers respect budgets. Without one they may evict all pods of a workload at the same time.',
  source: SOURCES.disruptions,
  needs: ['poddisruptionbudgets', 'zonedisruptionbudgets'],
  check({ workload, podBudgets, zoneBudgets }) {
    const { kind, name, replicas } = workload;
    if (replicas < 2 || podBudgets.length + zoneBudgets.length > 0) return [];
    const target = `${kind === 'StatefulSet' ? 'sts' : 'deploy'}/${name}`;
    return [
      {
        evidence: [seen(workload, 'budgets that cover its pods', 'none')],
        consequence: 'A node drain may evict all pods together.',
        fix: `Create one: kubectl zone budget create ${name} --for ${target} --max-unavailable 33%, or a PodDisruptionBudget.`,
      },
    ];
  },
};

export const zoneBudgetAllowsNone: Rule = {
  id: 'zone-budget-allows-none',
  severity: 'error',
  title: 'A ZoneDisruptionBudget allows no evictions',
  why: 'With maxUnavailable 0 every eviction of an available pod is denied, so that no node with one of the pods can ever be drained.',
  source: SOURCES.zoneBudget,
  needs: ['zonedisruptionbudgets'],
  check({ workload, zoneBudgets }) {
    return zoneBudgets
      .filter(
        ({ spec }) => podsOf(spec.maxUnavailable ?? 0, workload.replicas) === 0 && workload.replicas > 0,
      )
      .map(({ metadata, spec }) => ({
        evidence: [
          seen(
            { kind: 'ZoneDisruptionBudget', name: metadata.name },
            'spec.maxUnavailable',
            spec.maxUnavailable,
          ),
        ],
        consequence: 'Node upgrades stop at the first node with one of these pods.',
        fix: 'Allow at least one unavailable pod per zone.',
        patches: [
          {
            apiVersion: 'zonecontrol.k8s.aws/v1',
            kind: 'ZoneDisruptionBudget',
            namespace: workload.namespace,
            name: metadata.name,
            type: 'merge' as const,
            body: { spec: { maxUnavailable: 1 } },
          },
        ],
      }));
  },
};

export const zoneBudgetOverlap: Rule = {
  id: 'zone-budget-overlap',
  severity: 'error',
  title: 'Two ZoneDisruptionBudgets on one pod',
  why: 'It is undefined which of two budgets applies, so the webhook denies every eviction of such a pod, as the API server does for two PodDisruptionBudgets.',
  source: SOURCES.zoneBudget,
  needs: ['zonedisruptionbudgets'],
  check({ workload, zoneBudgets }) {
    const [first, second] = zoneBudgets;
    if (!first || !second) return [];
    return [
      {
        evidence: zoneBudgets.map(({ metadata }) =>
          seen({ kind: 'ZoneDisruptionBudget', name: metadata.name }, 'spec.selector', 'covers the pods'),
        ),
        consequence: 'No pod of the workload can be evicted: drains fail.',
        fix: `Keep one of them: kubectl delete zdb ${second.metadata.name} -n ${workload.namespace}.`,
      },
    ];
  },
};
