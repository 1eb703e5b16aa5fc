import * as z from 'zod/mini';
import type { ResourceAddress } from '../../../shared/kube/paths.ts';

const Metadata = z.looseObject({
  name: z.string(),
  namespace: z.optional(z.string()),
  labels: z.optional(z.record(z.string(), z.string())),
});

/** An object as it is shipped, with all its fields. */
export const Manifest = z.looseObject({ apiVersion: z.string(), kind: z.string(), metadata: Metadata });
export type Manifest = z.infer<typeof Manifest>;

export const SYSTEM_NAMESPACE = 'kubectl-zone-system';
export const FIELD_MANAGER = 'kubectl-zone';

/** The label of all our objects, however they were installed. */
export const OURS = { key: 'app.kubernetes.io/part-of', value: 'kubectl-zone' } as const;
export const VERSION_LABEL = 'app.kubernetes.io/version';

/** The plural names of the shipped kinds; a manifest of another kind is a bug. */
const RESOURCES: Readonly<Record<string, string>> = {
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  CustomResourceDefinition: 'customresourcedefinitions',
  Deployment: 'deployments',
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  Namespace: 'namespaces',
  NetworkPolicy: 'networkpolicies',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  Service: 'services',
  ServiceAccount: 'serviceaccounts',
  ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
  ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/** The API address of an object. */
export function addressOf({ apiVersion, kind, metadata }: Manifest): ResourceAddress & { name: string } {
  const resource = RESOURCES[kind];
  if (resource === undefined) throw new TypeError(`no manifest of kind ${kind} is expected`);
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return { group, version, resource, namespace: metadata.namespace, name: metadata.name };
}

/** The name of an object in kubectl's format: `deployment.apps/kubectl-zone-webhook`. */
export function shownName(manifest: Manifest): string {
  const { group, name } = addressOf(manifest);
  const kind = manifest.kind.toLowerCase();
  return `${group === '' ? kind : `${kind}.${group}`}/${name}`;
}

/** Whether an object from the cluster has our label. */
export function isOurs({ metadata }: Pick<Manifest, 'metadata'>): boolean {
  return metadata.labels?.[OURS.key] === OURS.value;
}
