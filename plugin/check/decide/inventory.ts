/** All objects that were read, before they are assigned to workloads. */
import { readZoneDisruptionBudget } from '../../../shared/budget/decide/budget.ts';
import type { ZoneDisruptionBudget } from '../../../shared/budget/decide/types.ts';
import {
  type Node,
  type Pod,
  type PodDisruptionBudget,
  readNode,
  readPod,
  readPodDisruptionBudget,
} from '../../../shared/kube/objects.ts';
import type { Gap } from './input.ts';
import {
  type Ingress,
  type IngressClass,
  readIngress,
  readIngressClass,
  readTargetGroupBinding,
  type TargetGroupBinding,
} from './objects/ingress.ts';
import { type Namespace, readNamespace } from './objects/namespace.ts';
import { readService, type Service } from './objects/service.ts';
import { type Claim, readClaim, readVolume, type Volume } from './objects/volume.ts';
import {
  readWebhookConfiguration,
  readWebhookDeployment,
  WEBHOOK_CONFIGURATION,
  WEBHOOK_DEPLOYMENT,
  type WebhookConfiguration,
  type WebhookDeployment,
} from './objects/webhook.ts';
import { type CheckedWorkload, readCheckedWorkload } from './objects/workload.ts';

export interface Inventory {
  workloads: CheckedWorkload[];
  pods: Pod[];
  nodes: Node[];
  services: Service[];
  ingresses: Ingress[];
  ingressClasses: IngressClass[];
  bindings: TargetGroupBinding[];
  namespaces: Namespace[];
  podBudgets: PodDisruptionBudget[];
  zoneBudgets: ZoneDisruptionBudget[];
  claims: Claim[];
  volumes: Volume[];
  /** Ours only, as is its Deployment. */
  webhookConfigurations: WebhookConfiguration[];
  webhookDeployments: WebhookDeployment[];
  gaps: Gap[];
}

export function emptyInventory(): Inventory {
  return {
    workloads: [],
    pods: [],
    nodes: [],
    services: [],
    ingresses: [],
    ingressClasses: [],
    bindings: [],
    namespaces: [],
    podBudgets: [],
    zoneBudgets: [],
    claims: [],
    volumes: [],
    webhookConfigurations: [],
    webhookDeployments: [],
    gaps: [],
  };
}

/** How objects are added to an inventory, by API group and kind. */
const READERS: Readonly<Record<string, (into: Inventory, object: unknown) => void>> = {
  'apps/StatefulSet': (into, object) => into.workloads.push(readCheckedWorkload('StatefulSet', object)),
  'apps/Deployment': (into, object) => {
    const workload = readCheckedWorkload('Deployment', object);
    if (workload.name === WEBHOOK_DEPLOYMENT) into.webhookDeployments.push(readWebhookDeployment(object));
    into.workloads.push(workload);
  },
  '/Pod': (into, object) => into.pods.push(readPod(object)),
  '/Node': (into, object) => into.nodes.push(readNode(object)),
  '/Service': (into, object) => into.services.push(readService(object)),
  '/Namespace': (into, object) => into.namespaces.push(readNamespace(object)),
  '/PersistentVolumeClaim': (into, object) => into.claims.push(readClaim(object)),
  '/PersistentVolume': (into, object) => into.volumes.push(readVolume(object)),
  'networking.k8s.io/Ingress': (into, object) => into.ingresses.push(readIngress(object)),
  'networking.k8s.io/IngressClass': (into, object) => into.ingressClasses.push(readIngressClass(object)),
  'elbv2.k8s.aws/TargetGroupBinding': (into, object) => into.bindings.push(readTargetGroupBinding(object)),
  'policy/PodDisruptionBudget': (into, object) => into.podBudgets.push(readPodDisruptionBudget(object)),
  'zonecontrol.k8s.aws/ZoneDisruptionBudget': (into, object) =>
    into.zoneBudgets.push(readZoneDisruptionBudget(object)),
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': (into, object) => {
    const configuration = readWebhookConfiguration(object);
    if (configuration.metadata.name === WEBHOOK_CONFIGURATION) into.webhookConfigurations.push(configuration);
  },
};

/**
 * Adds an object, unless no rule uses its kind.
 *
 * @throws ZodError, TypeError for a malformed one
 */
export function addObject(
  into: Inventory,
  type: { apiVersion: string; kind: string },
  object: unknown,
): void {
  const { apiVersion, kind } = type;
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  READERS[`${group}/${kind}`]?.(into, object);
}
