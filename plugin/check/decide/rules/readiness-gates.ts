import { listNames } from '../../../../shared/sentences.ts';
import { GATE } from '../annotations.ts';
import { keyed, type ObjectPatch, seen } from '../finding.ts';
import { type CheckInput, mayBeServed } from '../input.ts';
import { templatePatch } from '../patches.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';
import type { Target } from '../targets/target.ts';

const LABEL = keyed('labels', GATE.label);
const GATES = 'spec.template.spec.readinessGates';
const ROUTES = ['ingresses', 'ingressclasses', 'targetgroupbindings'] as const;

/** Pods without a gate count as Ready before the load balancer sends them anything. */
export const readinessGateMissing: Rule = {
  id: 'readiness-gate-missing',
  severity: 'error',
  title: 'Pods behind an AWS load balancer have no readiness gate',
  why: 'Kubernetes considers a new pod available when its own probe succeeds, which is before the load balancer has registered it and found it healthy. A rolling update then removes the old pods while all new targets are still "initial", and clients see 502 and 503. With the gate a pod is Ready only when its target is healthy.',
  source: SOURCES.readinessGates,
  needs: ['services', 'namespaces'],
  wants: ROUTES,
  concerns: mayBeServed,
  check(input) {
    const [target] = podTargets(input);
    if (!target || isInjected(input) || gates(input).length > 0) return [];
    return [
      {
        evidence: [
          seen(target.by, target.typeField, 'ip'),
          seen(namespaceName(input), LABEL, input.namespace?.metadata.labels[GATE.label]),
          seen(input.workload, GATES, null),
        ],
        consequence:
          'In a rolling update old pods are removed before the load balancer uses the new ones: clients get 502 or 503.',
        fix: `Label the namespace ${input.workload.namespace} with ${GATE.label}=enabled, and replace the pods: only new ones get the gate.`,
        patches: [labelPatch(input)],
      },
    ];
  },
};

export const readinessGateLegacy: Rule = {
  id: 'readiness-gate-legacy',
  severity: 'error',
  title: 'A readiness gate of the controller’s first version',
  why: 'The AWS ALB Ingress Controller (version 1) used gates with another prefix. The AWS Load Balancer Controller does not set their conditions; it removes them from new pods, but only in namespaces with the injection label. Elsewhere such pods never become Ready.',
  source: SOURCES.readinessGates,
  needs: ['services', 'namespaces'],
  wants: ROUTES,
  concerns: mayBeServed,
  check(input) {
    const legacy = gates(input).filter((gate) => gate.startsWith(GATE.legacyPrefix));
    const [first] = legacy;
    if (first === undefined || isInjected(input) || podTargets(input).length === 0) return [];
    const all = (input.workload.podSpec.readinessGates ?? []).map(({ conditionType }) => conditionType);
    const kept = all.filter((gate) => !legacy.includes(gate));
    return [
      {
        evidence: [
          seen(input.workload, GATES, first),
          seen(namespaceName(input), LABEL, input.namespace?.metadata.labels[GATE.label]),
        ],
        consequence:
          'New pods wait for a condition that is never set: they never become Ready, and a rollout stops at the first one.',
        fix: `Remove the gate from the template, and label the namespace ${input.workload.namespace} with ${GATE.label}=enabled.`,
        patches: [
          labelPatch(input),
          templatePatch(input.workload, {
            readinessGates: kept.length > 0 ? kept.map((conditionType) => ({ conditionType })) : null,
          }),
        ],
      },
    ];
  },
};

export const readinessGateNotInjected: Rule = {
  id: 'readiness-gate-not-injected',
  severity: 'warning',
  title: 'Pods are older than the label of their namespace',
  why: 'The controller adds the gate when a pod is created. Pods created before the label, the Service or the Ingress have none, and until they are replaced it is unknown whether the load balancer sends requests to them.',
  source: SOURCES.readinessGates,
  needs: ['services', 'namespaces', 'pods'],
  wants: ROUTES,
  concerns: mayBeServed,
  check(input) {
    if (podTargets(input).length === 0 || !isInjected(input)) return [];
    const without = input.pods
      .map(({ pod }) => pod)
      .filter(({ metadata, spec }) => {
        const gated = spec.readinessGates.some((gate) => gate.startsWith(GATE.prefix));
        return !gated && metadata.deletionTimestampMs === undefined;
      })
      .map(({ metadata }) => metadata.name);
    const [first] = without;
    if (first === undefined) return [];
    return [
      {
        evidence: [
          seen(namespaceName(input), LABEL, 'enabled'),
          seen({ kind: 'Pod', name: first }, 'spec.readinessGates', null),
        ],
        consequence: `It is unknown whether the load balancer uses ${listNames(without)}.`,
        fix: 'Replace the pods once; if the new ones have no gate either, check the controller’s webhook and its objectSelector.',
      },
    ];
  },
};

/** Target groups in which each pod is a target; the gate only works for these. */
function podTargets({ targets }: CheckInput): Target[] {
  return targets.filter(({ type }) => type === 'ip');
}

function isInjected({ namespace }: CheckInput): boolean {
  return namespace?.metadata.labels[GATE.label] === 'enabled';
}

/** Of either version: legacy ones have their own rule. */
function gates({ workload }: CheckInput): string[] {
  return (workload.podSpec.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((gate) => gate.startsWith(GATE.prefix) || gate.startsWith(GATE.legacyPrefix));
}

function namespaceName({ workload }: CheckInput): { kind: string; name: string } {
  return { kind: 'Namespace', name: workload.namespace };
}

function labelPatch({ workload }: CheckInput): ObjectPatch {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    namespace: undefined,
    name: workload.namespace,
    type: 'merge',
    body: { metadata: { labels: { [GATE.label]: 'enabled' } } },
  };
}
