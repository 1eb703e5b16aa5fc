import { SINCE } from '../../kube/server-version.ts';
import { compareText, ZONE_LABEL } from '../../kube/zones.ts';
import { listNames } from '../../sentences.ts';
import type { Observation, ObservedPod } from './types.ts';

/** Scheduled pods whose zone is unknown. Such a pod could be in any zone (rule R8). */
export function podsOfUnknownZone({ pods }: Pick<Observation, 'pods'>): ObservedPod[] {
  return pods.filter((pod) => pod.node !== undefined && pod.zone === undefined);
}

/**
 * Why zones are unknown, and how to fix it.
 *
 * @param pods scheduled, of unknown zone; at least one
 * @param nodesForbidden listing nodes is forbidden, so the nodes' labels may be correct
 */
export function explainUnknownZone(
  pods: readonly ObservedPod[],
  nodesForbidden: boolean,
): { reason: string; fix: string } {
  const names = listNames(pods.map((pod) => pod.name));
  if (nodesForbidden) {
    return {
      reason: `the zone of ${names} is unknown: nodes may not be listed, and ${pods.length === 1 ? 'this pod carries' : 'these pods carry'} no label ${ZONE_LABEL} (only pods bound by Kubernetes 1.${SINCE.podZoneLabels} or newer do)`,
      fix: 'ask for a ClusterRole that allows list and watch on nodes',
    };
  }
  const nodes = [...new Set(pods.map((pod) => pod.node ?? ''))].sort(compareText);
  return {
    reason: `the zone of ${names} is unknown: ${nodes.length === 1 ? 'node' : 'nodes'} ${listNames(nodes)} ${nodes.length === 1 ? 'has' : 'have'} no label ${ZONE_LABEL}`,
    fix: `kubectl label node ${nodes[0]} ${ZONE_LABEL}=ZONE`,
  };
}
