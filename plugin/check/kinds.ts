import { RESOURCES, type ResourceAddress } from '../../shared/kube/paths.ts';
import type { WorkloadName } from './decide/finding.ts';
import type { Topic } from './decide/input.ts';

/** A kind of object that is read or changed, with its API address. */
export interface CheckedKind {
  apiVersion: string;
  kind: string;
  address: ResourceAddress;
}

function checkedKind(kind: string, address: ResourceAddress): CheckedKind {
  const { group, version } = address;
  return { kind, apiVersion: group === '' ? version : `${group}/${version}`, address };
}

const NETWORKING = { group: 'networking.k8s.io', version: 'v1' };
const CORE = { group: '', version: 'v1' };

/** The kinds that rules use in addition to the workload, by topic. */
export const TOPIC_KINDS: Readonly<Record<Exclude<Topic, 'webhook-deployment'>, CheckedKind>> = {
  pods: checkedKind('Pod', RESOURCES.pods),
  nodes: checkedKind('Node', RESOURCES.nodes),
  services: checkedKind('Service', { ...CORE, resource: 'services' }),
  ingresses: checkedKind('Ingress', { ...NETWORKING, resource: 'ingresses' }),
  ingressclasses: checkedKind('IngressClass', { ...NETWORKING, resource: 'ingressclasses' }),
  targetgroupbindings: checkedKind('TargetGroupBinding', {
    group: 'elbv2.k8s.aws',
    version: 'v1beta1',
    resource: 'targetgroupbindings',
  }),
  namespaces: checkedKind('Namespace', { ...CORE, resource: 'namespaces' }),
  poddisruptionbudgets: checkedKind('PodDisruptionBudget', RESOURCES.poddisruptionbudgets),
  zonedisruptionbudgets: checkedKind('ZoneDisruptionBudget', RESOURCES.zonedisruptionbudgets),
  persistentvolumeclaims: checkedKind('PersistentVolumeClaim', {
    ...CORE,
    resource: 'persistentvolumeclaims',
  }),
  persistentvolumes: checkedKind('PersistentVolume', { ...CORE, resource: 'persistentvolumes' }),
  validatingwebhookconfigurations: checkedKind('ValidatingWebhookConfiguration', {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    resource: 'validatingwebhookconfigurations',
  }),
};

export const WORKLOAD_KINDS: Readonly<Record<WorkloadName['kind'], CheckedKind>> = {
  StatefulSet: checkedKind('StatefulSet', RESOURCES.statefulsets),
  Deployment: checkedKind('Deployment', RESOURCES.deployments),
};

const ALL: readonly CheckedKind[] = [...Object.values(TOPIC_KINDS), ...Object.values(WORKLOAD_KINDS)];

/** The API address of a kind; undefined for a kind that is not used here. */
export function addressOf(apiVersion: string, kind: string): ResourceAddress | undefined {
  return ALL.find((each) => each.kind === kind && each.apiVersion === apiVersion)?.address;
}
