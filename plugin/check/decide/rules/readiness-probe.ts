import { containerBody, containerField } from '../containers.ts';
import { seen } from '../finding.ts';
import { type CheckInput, mayBeServed } from '../input.ts';
import type { Container } from '../objects/pod-spec.ts';
import { templatePatch } from '../patches.ts';
import { servingContainers } from '../pre-stop.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const readinessProbeMissing: Rule = {
  id: 'readiness-probe-missing',
  severity: 'error',
  title: 'A container that serves requests has no readiness probe',
  why: 'Without a readiness probe a pod is Ready as soon as its containers run, before the application listens. Requests are sent to it too early, and a rolling update continues although the new version does not work.',
  source: SOURCES.probes,
  needs: ['services'],
  concerns: mayBeServed,
  check(input) {
    return serving(input)
      .filter(({ readinessProbe }) => !readinessProbe)
      .map((container) => ({
        // With a startup probe a pod is Ready only after that has succeeded once.
        ...(container.startupProbe && { severity: 'warning' as const }),
        evidence: [seen(input.workload, probeField(input, container), null)],
        consequence: container.startupProbe
          ? 'A pod that fails later keeps getting requests, and counts as available in a rollout.'
          : 'New pods get requests before the application listens: connections are refused at every rollout.',
        fix: `Add a readinessProbe to ${container.name}, on a path that shows whether it can serve.`,
      }));
  },
};

export const readinessProbeSlow: Rule = {
  id: 'readiness-probe-slow',
  severity: 'warning',
  title: 'The readiness probe detects a failure later than the load balancer',
  why: 'The load balancer removes a failed pod first, while Kubernetes still counts it as available. In that time rollouts, budgets and drains may remove others, and fewer pods serve than allowed.',
  source: SOURCES.healthCheck,
  needs: ['services'],
  wants: ['ingresses', 'ingressclasses', 'targetgroupbindings'],
  concerns: mayBeServed,
  check(input) {
    const checks = input.targets
      .filter(({ type }) => type === 'ip')
      .flatMap(({ by, healthCheck }) => (healthCheck ? [{ by, ...healthCheck }] : []));
    const [first] = checks.sort((a, b) => a.failsAfterSeconds - b.failsAfterSeconds);
    if (!first) return [];
    return serving(input).flatMap((container) => {
      if (!container.readinessProbe) return [];
      const { periodSeconds, failureThreshold } = container.readinessProbe;
      if (periodSeconds * failureThreshold <= first.failsAfterSeconds) return [];
      const probe = probeField(input, container);
      const threshold = Math.min(failureThreshold, first.failsAfterSeconds);
      const period = Math.max(1, Math.floor(first.failsAfterSeconds / threshold));
      return {
        evidence: [
          seen(input.workload, `${probe}.periodSeconds`, periodSeconds),
          seen(input.workload, `${probe}.failureThreshold`, failureThreshold),
          seen(first.by, 'health check interval × unhealthy threshold', `${first.failsAfterSeconds} s`),
        ],
        consequence: `For ${periodSeconds * failureThreshold - first.failsAfterSeconds} s a broken pod counts as available although the load balancer has removed it: a rollout continues.`,
        fix: `Probe every ${period} s with failureThreshold ${threshold}.`,
        patches: [
          templatePatch(
            input.workload,
            containerBody(input.workload.podSpec, container, {
              readinessProbe: { periodSeconds: period, failureThreshold: threshold },
            }),
          ),
        ],
      };
    });
  },
};

/** Clients of a headless Service choose among all pods themselves. */
function serving({ workload, services }: CheckInput): Container[] {
  const balanced = services.filter(({ spec }) => spec.clusterIP !== 'None' && spec.type !== 'ExternalName');
  return balanced.length === 0 ? [] : servingContainers(workload.podSpec, balanced);
}

function probeField({ workload }: CheckInput, container: Container): string {
  return containerField(workload.podSpec, container, 'readinessProbe');
}
