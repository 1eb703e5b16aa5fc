/** What is left to do: by zone, the target nodes and the pods that can be evicted from them. */
import { ALWAYS_ALLOW } from '../../../shared/budget/decide/policy.ts';
import { compareText } from '../../../shared/kube/zones.ts';
import { orderDrainZones } from './order.ts';
import type { DrainNode, DrainObservation, DrainOptions, DrainPod } from './types.ts';

/** A target node with the pods that must leave it, except those that need a zone label first. */
export interface NodeWork extends DrainNode {
  pods: readonly DrainPod[];
}

export interface ZoneWork {
  zone: string | undefined;
  /** By name. */
  nodes: readonly NodeWork[];
}

/** All zones of the targets in drain order, including finished ones. */
export function zoneWork(
  observation: DrainObservation,
  options: Pick<DrainOptions, 'zoneOrder'>,
): ZoneWork[] {
  const podsOf = new Map<string, DrainPod[]>(observation.nodes.map(({ name }) => [name, []]));
  for (const pod of observation.pods) {
    if (!needsLabel(pod, observation.zoneBudgets)) podsOf.get(pod.node)?.push(pod);
  }
  const nodes = [...observation.nodes].sort((a, b) => compareText(a.name, b.name));
  return orderDrainZones(nodes, options.zoneOrder).map((zone) => ({
    zone,
    nodes: nodes
      .filter((node) => node.zone === zone)
      .map((node) => ({ ...node, pods: podsOf.get(node.name) ?? [] })),
  }));
}

/** Whether some node of the zone is not cordoned or not empty. A zone without work is skipped. */
export function hasWork({ nodes }: ZoneWork): boolean {
  return nodes.some((node) => !node.cordoned || node.pods.length > 0);
}

/**
 * The nodes to drain next.
 *
 * Cordoned nodes come first: another process left them unfinished. Empty nodes do not count toward `maxNodes` and are
 * included at once, because they would only receive pods that have to move again.
 */
export function nextBatch({ nodes }: ZoneWork, maxNodes: number | undefined): NodeWork[] {
  const full = nodes.filter((node) => node.pods.length > 0);
  const inOrder = [...full.filter((node) => node.cordoned), ...full.filter((node) => !node.cordoned)];
  const taken = new Set(inOrder.slice(0, maxNodes ?? inOrder.length));
  return nodes.filter((node) => taken.has(node) || (node.pods.length === 0 && !node.cordoned));
}

/** Pods of target nodes without a zone label that a ZoneDisruptionBudget can never allow to be evicted. */
export function podsWithoutLabel(observation: DrainObservation): DrainPod[] {
  const targets = new Set(observation.nodes.map(({ name }) => name));
  return observation.pods.filter((pod) => targets.has(pod.node) && needsLabel(pod, observation.zoneBudgets));
}

/** Whether the pod's removal is in progress. */
export function isLeaving(pod: Pick<DrainPod, 'terminating' | 'asked'>): boolean {
  return pod.terminating || pod.asked;
}

function needsLabel(pod: DrainPod, budgets: DrainObservation['zoneBudgets']): boolean {
  if (pod.zone !== undefined || isLeaving(pod)) return false;
  return pod.zoneBudgets.some((key) => pod.available || budgets.get(key)?.policy !== ALWAYS_ALLOW);
}
