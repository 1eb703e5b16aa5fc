import { coverage } from '../budget/budget.ts';
import type { Pod } from '../kube/objects.ts';
import { matchesLabels } from '../kube/selectors.ts';
import { compareText, zoneOfPod, zonesOf } from '../zones.ts';
import type { CheckInput } from './input.ts';
import type { Inventory } from './inventory.ts';
import { zonesOfVolume } from './objects/volume.ts';
import {
  type EvictionWebhook,
  WEBHOOK_DEPLOYMENT,
  WEBHOOK_NAME,
  WEBHOOK_NAMESPACE,
} from './objects/webhook.ts';
import type { CheckedWorkload } from './objects/workload.ts';
import { targetsOf } from './targets.ts';

/** Picks what belongs to one workload. */
export function inputFor(workload: CheckedWorkload, inventory: Inventory, nowMs: number): CheckInput {
  const { namespace, podLabels } = workload;
  const here = <T extends { metadata: { namespace: string } }>(objects: readonly T[]) =>
    objects.filter(({ metadata }) => metadata.namespace === namespace);
  const services = here(inventory.services).filter(
    ({ spec: { selector } }) =>
      Object.keys(selector).length > 0 && matchesLabels({ matchLabels: selector }, podLabels),
  );
  const zoneOfNode = zonesOf(new Map(inventory.nodes.map((node) => [node.metadata.name, node])));
  return {
    workload,
    nowMs,
    pods: here(inventory.pods)
      .filter((pod) => isOwn(pod, workload))
      .map((pod) => ({
        pod,
        zone: zoneOfPod({ node: pod.spec.nodeName, labels: pod.metadata.labels }, zoneOfNode),
      })),
    nodes: inventory.nodes,
    services,
    targets: targetsOf({
      services,
      ingresses: here(inventory.ingresses),
      classes: inventory.ingressClasses,
      bindings: here(inventory.bindings),
    }),
    namespace: inventory.namespaces.find(({ metadata }) => metadata.name === namespace),
    podBudgets: here(inventory.podBudgets)
      .filter(({ spec }) => spec.selector && matchesLabels(spec.selector, podLabels))
      .sort(byName),
    // What nobody can evaluate makes the webhook deny: it covers.
    zoneBudgets: here(inventory.zoneBudgets)
      .filter(({ spec }) => coverage(spec, podLabels) !== 'not-covered')
      .sort(byName),
    volumeZones: volumeZones(namespace, inventory),
    webhook: webhookFor(namespace, inventory),
    gaps: inventory.gaps.filter((gap) => gap.namespace === undefined || gap.namespace === namespace),
  };
}

/** Pods of a Deployment belong to a ReplicaSet, which is called by the Deployment and a hash. */
function isOwn({ metadata }: Pod, { kind, name, selector }: CheckedWorkload): boolean {
  const { controller, labels } = metadata;
  if (!controller || !matchesLabels(selector, labels)) return false;
  if (kind === 'StatefulSet') return controller.kind === kind && controller.name === name;
  return (
    controller.kind === 'ReplicaSet' && controller.name.slice(0, controller.name.lastIndexOf('-')) === name
  );
}

function volumeZones(namespace: string, { claims, volumes }: Inventory): CheckInput['volumeZones'] {
  const zones = new Map(volumes.map((volume) => [volume.metadata.name, zonesOfVolume(volume)]));
  return new Map(
    claims
      .filter(({ metadata }) => metadata.namespace === namespace)
      .flatMap(({ metadata, spec }) => {
        const bound = zones.get(spec.volumeName) ?? [];
        return bound.length > 0 ? [[metadata.name, bound] as const] : [];
      }),
  );
}

/** Every namespace carries its own name as a label, also where nobody may read it. */
function webhookFor(namespace: string, inventory: Inventory): EvictionWebhook | undefined {
  const labels = {
    'kubernetes.io/metadata.name': namespace,
    ...inventory.namespaces.find(({ metadata }) => metadata.name === namespace)?.metadata.labels,
  };
  const webhook = inventory.webhookConfigurations
    .flatMap(({ webhooks }) => webhooks)
    .find(({ name }) => name === WEBHOOK_NAME);
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
