/** The resources of the API: one entry each, as data. Custom resources add entries of the same shape. */
export interface Resource {
  group: string;
  version: string;
  plural: string;
  singular: string;
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  categories: readonly string[];
  /** Subresources, such as `status`, `scale`, `eviction`. */
  subresources: readonly string[];
  /** Key of the table in the store, shared by all versions and views of a resource. */
  storage: string;
  /** True if a change outside metadata and status increments metadata.generation. */
  hasGeneration: boolean;
  /** POST only, without storage: access reviews. */
  review: boolean;
  /** Columns of `kubectl get` for custom resources. */
  printerColumns?: readonly PrinterColumn[];
  /** The paths of `scale` in a custom resource. */
  scale?: ScalePaths;
  /** The stored version, if it differs from `version`. */
  storedVersion?: string;
}

export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  description?: string;
  priority?: number;
}

export interface ScalePaths {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

type Options = Partial<
  Pick<Resource, 'shortNames' | 'categories' | 'subresources' | 'hasGeneration' | 'review' | 'storage'>
> & { cluster?: boolean; singular?: string };

function resource(groupVersion: string, plural: string, kind: string, options: Options = {}): Resource {
  const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
  return {
    group: group ?? '',
    version: version ?? '',
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: !options.cluster,
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    subresources: options.subresources ?? [],
    storage: options.storage ?? storageKey(group ?? '', plural),
    hasGeneration: options.hasGeneration ?? false,
    review: options.review ?? false,
  };
}

export function storageKey(group: string, plural: string): string {
  return `${group}/${plural}`;
}

/** Tables used by controllers. */
export const PODS = '/pods';
export const NODES = '/nodes';
export const NAMESPACES = '/namespaces';
export const EVENTS = '/events';
export const STATEFULSETS = 'apps/statefulsets';
export const DEPLOYMENTS = 'apps/deployments';
export const REPLICASETS = 'apps/replicasets';
export const REVISIONS = 'apps/controllerrevisions';
export const BUDGETS = 'policy/poddisruptionbudgets';
export const CRDS = 'apiextensions.k8s.io/customresourcedefinitions';
export const MUTATING_WEBHOOKS = 'admissionregistration.k8s.io/mutatingwebhookconfigurations';
export const VALIDATING_WEBHOOKS = 'admissionregistration.k8s.io/validatingwebhookconfigurations';

const ALL = ['all'];
const workload = { categories: ALL, hasGeneration: true, subresources: ['status', 'scale'] };

export const BUILT_IN: readonly Resource[] = [
  resource('v1', 'namespaces', 'Namespace', { cluster: true, shortNames: ['ns'], subresources: ['status'] }),
  resource('v1', 'nodes', 'Node', { cluster: true, shortNames: ['no'], subresources: ['status'] }),
  resource('v1', 'pods', 'Pod', {
    shortNames: ['po'],
    categories: ALL,
    hasGeneration: true,
    subresources: ['status', 'eviction', 'binding', 'log', 'proxy'],
  }),
  resource('v1', 'services', 'Service', {
    shortNames: ['svc'],
    categories: ALL,
    subresources: ['status', 'proxy'],
  }),
  resource('v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  resource('v1', 'secrets', 'Secret'),
  resource('v1', 'events', 'Event', { shortNames: ['ev'] }),
  resource('v1', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'] }),
  resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', {
    shortNames: ['pvc'],
    subresources: ['status'],
  }),
  resource('v1', 'persistentvolumes', 'PersistentVolume', {
    cluster: true,
    shortNames: ['pv'],
    subresources: ['status'],
  }),
  resource('apps/v1', 'statefulsets', 'StatefulSet', { ...workload, shortNames: ['sts'] }),
  resource('apps/v1', 'deployments', 'Deployment', { ...workload, shortNames: ['deploy'] }),
  resource('apps/v1', 'replicasets', 'ReplicaSet', { ...workload, shortNames: ['rs'] }),
  resource('apps/v1', 'daemonsets', 'DaemonSet', {
    shortNames: ['ds'],
    categories: ALL,
    hasGeneration: true,
    subresources: ['status'],
  }),
  resource('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  resource('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', {
    shortNames: ['pdb'],
    hasGeneration: true,
    subresources: ['status'],
  }),
  resource('coordination.k8s.io/v1', 'leases', 'Lease'),
  resource('networking.k8s.io/v1', 'ingresses', 'Ingress', { shortNames: ['ing'], subresources: ['status'] }),
  resource('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { cluster: true }),
  resource('events.k8s.io/v1', 'events', 'Event', { shortNames: ['ev'], storage: EVENTS }),
  resource(
    'admissionregistration.k8s.io/v1',
    'validatingwebhookconfigurations',
    'ValidatingWebhookConfiguration',
    {
      cluster: true,
      hasGeneration: true,
      categories: ['api-extensions'],
    },
  ),
  resource(
    'admissionregistration.k8s.io/v1',
    'mutatingwebhookconfigurations',
    'MutatingWebhookConfiguration',
    {
      cluster: true,
      hasGeneration: true,
      categories: ['api-extensions'],
    },
  ),
  resource('apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition', {
    cluster: true,
    hasGeneration: true,
    shortNames: ['crd', 'crds'],
    categories: ['api-extensions'],
    subresources: ['status'],
  }),
  resource('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    cluster: true,
    review: true,
  }),
  resource('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', {
    cluster: true,
    review: true,
  }),
  resource('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', {
    cluster: true,
    review: true,
  }),
  resource('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  resource('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  resource('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', { cluster: true }),
  resource('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', { cluster: true }),
];

/** `v1` or `apps/v1`. */
export function groupVersionOf(resource: { group: string; version: string }): string {
  return resource.group ? `${resource.group}/${resource.version}` : resource.version;
}
