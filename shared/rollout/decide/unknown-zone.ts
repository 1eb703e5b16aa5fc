import { SINCE } from '../../kube/server-version.ts';
import { compareText, describeZoneSource, NODE_ZONES, ZONE_LABEL } from '../../kube/zones.ts';
import { listNames } from '../../sentences.ts';
import { SET_ZONE_LABEL } from './set-zone.ts';
import type { Observation, ObservedPod, ZoneOrigin } from './types.ts';

/** `pod label zone`, `StatefulSet`. */
export function describeZoneOrigin(zones: ZoneOrigin): string {
  return zones.kind === 'statefulset' ? 'StatefulSet' : describeZoneSource(zones);
}

/** Pods whose zone is unknown, and not because they are not scheduled yet. They could be in any zone (rule R8). */
export function podsOfUnknownZone({ pods }: Pick<Observation, 'pods'>): ObservedPod[] {
  return pods.filter((pod) => pod.zone === undefined && (pod.node !== undefined || pod.unlabelled));
}

/**
 * Why zones are unknown, and how to fix it.
 *
 * @param pods of unknown zone; at least one
 * @param observed where zones come from, and whether listing nodes is forbidden: their labels may then be correct
 */
export function explainUnknownZone(
  pods: readonly ObservedPod[],
  { zones = NODE_ZONES, nodesForbidden }: Pick<Observation, 'zones' | 'nodesForbidden'>,
): { reason: string; fix: string } {
  const names = listNames(pods.map((pod) => pod.name));
  const { key } = zones.kind === 'statefulset' ? NODE_ZONES : zones;
  if (zones.kind === 'pod-label') {
    return {
      reason: `the zone of ${names} is unknown: ${pods.length === 1 ? 'this pod has' : 'these pods have'} no label ${key}`,
      fix: `set the label ${key} in the pod template, or choose another one with --zone-label`,
    };
  }
  if (nodesForbidden) {
    return {
      reason: `the zone of ${names} is unknown: there is no permission to list nodes, and ${pods.length === 1 ? 'this pod carries' : 'these pods carry'} no copy of the node label ${key}${key === ZONE_LABEL ? ` (only pods bound by Kubernetes 1.${SINCE.podZoneLabels} or newer do)` : ''}`,
      fix: 'ask for a ClusterRole that allows list and watch on nodes',
    };
  }
  const nodes = [...new Set(pods.map((pod) => pod.node ?? ''))].sort(compareText);
  const label = `kubectl label node ${nodes[0]} ${key}=ZONE`;
  return {
    reason: `the zone of ${names} is unknown: ${nodes.length === 1 ? 'node' : 'nodes'} ${listNames(nodes)} ${nodes.length === 1 ? 'has' : 'have'} no label ${key}`,
    fix:
      zones.kind === 'statefulset'
        ? `give each StatefulSet its zone (kubectl label statefulset NAME ${SET_ZONE_LABEL}=ZONE), or: ${label}`
        : label,
  };
}
