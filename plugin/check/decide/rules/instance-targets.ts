import { type Evidence, seen } from '../finding.ts';
import { mayBeServed } from '../input.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const instanceTargets: Rule = {
  id: 'instance-targets',
  severity: 'warning',
  title: 'The load balancer’s targets are nodes, not pods',
  why: 'With target type instance the targets are nodes, and kube-proxy forwards requests to pods. The load balancer’s health check does not check pods, readiness gates do not work, and draining a node for an upgrade breaks connections to pods on other nodes. With externalTrafficPolicy Local only nodes with a pod are healthy, but the load balancer detects added and removed pods only by its next health checks.',
  source: SOURCES.targetType,
  needs: ['services'],
  wants: ['ingresses', 'ingressclasses', 'targetgroupbindings'],
  concerns: mayBeServed,
  check({ targets }) {
    return targets
      .filter(({ type }) => type === 'instance')
      .map(({ by, typeField, service }) => {
        const policy = service.spec.externalTrafficPolicy;
        const local = policy === 'Local';
        const evidence: Evidence[] = [
          seen(by, typeField, 'instance'),
          seen({ kind: 'Service', name: service.metadata.name }, 'spec.externalTrafficPolicy', policy),
        ];
        return {
          evidence,
          consequence: local
            ? 'When the last pod of a node is removed, the node still gets requests until its health checks fail; a pod on a new node is Ready before the load balancer uses it.'
            : 'Requests go through any node: when one is drained or replaced, connections to pods elsewhere break, and readiness gates cannot delay a rollout.',
          fix: `Register pods instead: set ${typeField} of ${by.kind}/${by.name} to ip. It needs pod addresses of the VPC and creates a new target group, so do not combine it with a rollout.`,
        };
      });
  },
};
