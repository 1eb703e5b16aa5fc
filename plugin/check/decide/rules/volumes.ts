import type { Node } from '../../../../shared/kube/objects.ts';
import { compareText, ZONE_LABEL } from '../../../../shared/kube/zones.ts';
import { listNames } from '../../../../shared/sentences.ts';
import { seen } from '../finding.ts';
import type { Rule } from '../rule.ts';
import { SOURCES } from '../sources.ts';

export const volumeZoneWithoutSpare: Rule = {
  id: 'volume-zone-without-spare',
  severity: 'warning',
  title: 'Volumes are bound to a zone with only one node',
  why: 'A zonal disk can only be mounted in its zone. When the zone’s only usable node is drained, the pod cannot be scheduled and stays Pending until a node is available: a rollout or drain waits for it, and every budget counts it as unavailable.',
  source: SOURCES.volumeZones,
  needs: ['pods', 'nodes', 'persistentvolumeclaims', 'persistentvolumes'],
  concerns: ({ workload }) =>
    workload.hasClaimTemplates ||
    (workload.podSpec.volumes ?? []).some(({ persistentVolumeClaim: claim }) => Boolean(claim)),
  check({ workload, pods, nodes, volumeZones }) {
    const bound = pods.flatMap(({ pod: { metadata, spec } }) =>
      spec.claimNames.flatMap((claim) => {
        const [zone, ...others] = volumeZones.get(claim) ?? [];
        return zone === undefined || others.length > 0 ? [] : { zone, pod: metadata.name, claim };
      }),
    );
    return [...Map.groupBy(bound, ({ zone }) => zone)]
      .sort(([a], [b]) => compareText(a, b))
      .flatMap(([zone, claims]) => {
        const usable = nodes.filter((node) => node.metadata.labels[ZONE_LABEL] === zone && isUsable(node));
        const [first] = claims;
        if (!first || usable.length > 1) return [];
        const names = [...new Set(claims.map(({ pod }) => pod))];
        return {
          evidence: [
            seen({ kind: 'PersistentVolumeClaim', name: first.claim }, 'zone of its volume', zone),
            seen(
              { kind: 'Node', name: '*' },
              `Ready and schedulable in ${zone}`,
              usable.map(({ metadata }) => metadata.name).join(', ') || 'none',
            ),
          ],
          consequence: `While the node is drained ${listNames(names)} of ${workload.name} cannot run anywhere else.`,
          fix: `Add a node to ${zone}, or let the autoscaler add one there, before you drain.`,
        };
      });
  },
};

function isUsable({ spec, status }: Node): boolean {
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return !spec.unschedulable && (ready === undefined || ready.status === 'True');
}
