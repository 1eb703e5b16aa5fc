/** The parts of a Kubernetes API path. `group` is empty for the core API (pods, nodes, …). */
export interface ResourceAddress {
  group: string;
  version: string;
  /** Lower-case plural, such as `statefulsets`. */
  resource: string;
  /** Absent for cluster-scoped resources and for lists over all namespaces. */
  namespace?: string | undefined;
  name?: string | undefined;
  /** Such as `status`, `scale` or `eviction`; needs `name`. */
  subresource?: string | undefined;
}

/** The path of a resource, or of its collection if it has no name. Names are escaped. */
export function resourcePath(address: ResourceAddress): string {
  const { group, version, resource, namespace, name, subresource } = address;
  if (subresource !== undefined && name === undefined) {
    throw new TypeError(`${resource}/${subresource} needs the name of an object`);
  }
  const segments = group === '' ? ['api', version] : ['apis', group, version];
  if (namespace !== undefined) segments.push('namespaces', namespace);
  segments.push(resource);
  if (name !== undefined) segments.push(name);
  if (subresource !== undefined) segments.push(subresource);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}

/** The resources that kubectl-zone uses, so that group and version are defined once. */
export const RESOURCES = {
  pods: { group: '', version: 'v1', resource: 'pods' },
  nodes: { group: '', version: 'v1', resource: 'nodes' },
  statefulsets: { group: 'apps', version: 'v1', resource: 'statefulsets' },
  deployments: { group: 'apps', version: 'v1', resource: 'deployments' },
  replicasets: { group: 'apps', version: 'v1', resource: 'replicasets' },
  daemonsets: { group: 'apps', version: 'v1', resource: 'daemonsets' },
  controllerrevisions: { group: 'apps', version: 'v1', resource: 'controllerrevisions' },
  leases: { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' },
  poddisruptionbudgets: { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' },
  zonedisruptionbudgets: {
    group: 'zonecontrol.k8s.aws',
    version: 'v1',
    resource: 'zonedisruptionbudgets',
  },
  zoneawareupdates: { group: 'zonecontrol.k8s.aws', version: 'v1', resource: 'zoneawareupdates' },
  selfsubjectaccessreviews: {
    group: 'authorization.k8s.io',
    version: 'v1',
    resource: 'selfsubjectaccessreviews',
  },
} as const satisfies Record<string, ResourceAddress>;
