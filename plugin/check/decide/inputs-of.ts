import { coverage } from '../../../shared/budget/decide/budget.ts';
import type { Pod } from '../../../shared/kube/objects.ts';
import { matchesLabels } from '../../../shared/kube/selectors.ts';
import { compareText, zoneOfPod, zonesOf } from '../../../shared/kube/zones.ts';
import type { WorkloadName } from './finding.ts';
import type { CheckInput } from './input.ts';
import type { Inventory } from './inventory.ts';
import { zonesOfVolume } from './objects/volume.ts';
import {
  type EvictionWebhook,
  guardAmong,
  WEBHOOK_DEPLOYMENT,
  WEBHOOK_NAMESPACE,
} from './objects/webhook.ts';
import type { CheckedWorkload } from './objects/workload.ts';
import { targetsOf } from './targets.ts';

/**
 * Selects the objects of a workload. What is common to all workloads is computed once: a cluster may have thousands of
 * workloads and ten thousand pods.
 */
export function inputsOf(inventory: Inventory, nowMs: number): (workload: CheckedWorkload) => CheckInput {
  const { nodes, gaps } = inventory;
  const zoneOfNode = zonesOf(new Map(nodes.map((node) => [node.metadata.name, node])));
  const podsOfOwner = Map.groupBy(inventory.pods, ownerOf);
  const services = byNamespace(inventory.services);
  const ingresses = byNamespace(inventory.ingresses);
  const bindings = byNamespace(inventory.bindings);
  const podBudgets = byNamespace(inventory.podBudgets);
  const zoneBudgets = byNamespace(inventory.zoneBudgets);
  const volumeZones = volumeZonesOf(inventory);
  return (workload) => {
    const { namespace, podLabels, selector } = workload;
    const selecting = (services.get(namespace) ?? []).filter(
      ({ spec }) =>
        Object.keys(spec.selector).length > 0 && matchesLabels({ matchLabels: spec.selector }, podLabels),
    );
    return {
      workload,
      nowMs,
      pods: (podsOfOwner.get(ownerKey(workload)) ?? [])
        .filter(({ metadata }) => matchesLabels(selector, metadata.labels))
        .map((pod) => ({
          pod,
          zone: zoneOfPod({ node: pod.spec.nodeName, labels: pod.metadata.labels }, zoneOfNode),
        })),
      nodes,
      services: selecting,
      targets: targetsOf({
        services: selecting,
        ingresses: ingresses.get(namespace) ?? [],
        classes: inventory.ingressClasses,
        bindings: bindings.get(namespace) ?? [],
      }),
      namespace: inventory.namespaces.find(({ metadata }) => metadata.name === namespace),
      podBudgets: (podBudgets.get(namespace) ?? [])
        .filter(({ spec }) => spec.selector && matchesLabels(spec.selector, podLabels))
        .sort(byName),
      // A selector that cannot be evaluated makes the webhook deny, so it counts as covering. One with dryRun only warns: it keeps nobody from all.
      zoneBudgets: (zoneBudgets.get(namespace) ?? [])
        .filter(({ spec }) => !spec.dryRun && coverage(spec, podLabels) !== 'not-covered')
        .sort(byName),
      volumeZones: volumeZones.get(namespace) ?? new Map(),
      webhook: webhookFor(namespace, inventory),
      gaps: gaps.filter((gap) => gap.namespace === undefined || gap.namespace === namespace),
    };
  };
}

function byNamespace<T extends { metadata: { namespace: string } }>(
  objects: readonly T[],
): ReadonlyMap<string, T[]> {
  return Map.groupBy(objects, ({ metadata }) => metadata.namespace);
}

function ownerKey({ kind, namespace, name }: WorkloadName): string {
  return `${kind}/${namespace}/${name}`;
}

/**
 * The workload that a pod belongs to, by kind, namespace and name. Pods of a Deployment belong to a ReplicaSet, which is
 * named after the Deployment and a hash.
 */
function ownerOf({ metadata: { namespace, controller } }: Pod): string | undefined {
  const { kind, name } = controller ?? { kind: '', name: '' };
  if (kind === 'StatefulSet') return ownerKey({ kind, namespace, name });
  if (kind !== 'ReplicaSet') return undefined;
  return ownerKey({ kind: 'Deployment', namespace, name: name.slice(0, name.lastIndexOf('-')) });
}

/** By namespace and the name of the claim. */
function volumeZonesOf({
  claims,
  volumes,
}: Inventory): ReadonlyMap<string, ReadonlyMap<string, readonly string[]>> {
  const zones = new Map(volumes.map((volume) => [volume.metadata.name, zonesOfVolume(volume)]));
  const bound = claims.flatMap(({ metadata, spec }) => {
    const there = zones.get(spec.volumeName) ?? [];
    return there.length > 0 ? { ...metadata, zones: there } : [];
  });
  return new Map(
    [...Map.groupBy(bound, ({ namespace }) => namespace)].map(([namespace, here]) => [
      namespace,
      new Map(here.map((claim) => [claim.name, claim.zones])),
    ]),
  );
}

/** Every namespace has its own name as a label, even if it may not be read. */
function webhookFor(namespace: string, inventory: Inventory): EvictionWebhook | undefined {
  const labels = {
    'kubernetes.io/metadata.name': namespace,
    ...inventory.namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels,
  };
  const webhook = guardAmong(inventory.webhookConfigurations);
  if (!webhook || !matchesLabels(webhook.namespaceSelector, labels)) return undefined;
  return {
    failurePolicy: webhook.failurePolicy,
    deployment: inventory.webhookDeployments.find(
      ({ metadata }) => metadata.namespace === WEBHOOK_NAMESPACE && metadata.name === WEBHOOK_DEPLOYMENT,
    ),
  };
}

function byName(a: { metadata: { name: string } }, b: { metadata: { name: string } }): number {
  return compareText(a.metadata.name, b.metadata.name);
}
