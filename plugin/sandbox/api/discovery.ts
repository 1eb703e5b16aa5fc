import { groupVersionOf, type Resource } from './resources.ts';

/** Media type of aggregated discovery, with which kubectl discovers everything in two requests. */
export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface Subresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
}

/** Kinds and verbs of the subresources, from which kubectl detects support for eviction. */
function subresourcesOf(resource: Resource): Subresource[] {
  const changing = ['get', 'patch', 'update'];
  return resource.subresources.map((name) => {
    if (name === 'scale')
      return { name, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: changing };
    if (name === 'eviction')
      return { name, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] };
    if (name === 'proxy') {
      const kind = `${resource.kind}ProxyOptions`;
      return { name, group: '', version: 'v1', kind, verbs: ['create', 'delete', 'get', 'patch', 'update'] };
    }
    if (name === 'binding') return { name, group: '', version: 'v1', kind: 'Binding', verbs: ['create'] };
    const verbs = name === 'log' ? ['get'] : changing;
    return { name, group: resource.group, version: resource.version, kind: resource.kind, verbs };
  });
}

/** APIGroupDiscoveryList of the core group (`/api`) or of the named groups (`/apis`). */
export function aggregated(resources: readonly Resource[], core: boolean): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups(resources, core).map(([group, versions]) => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.map(([version, members]) => ({
        version,
        resources: members.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  };
}

function aggregatedResource(resource: Resource): object {
  const { group, version, kind } = resource;
  return {
    resource: resource.plural,
    responseKind: { group, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.review ? ['create'] : VERBS,
    shortNames: resource.shortNames,
    categories: resource.categories,
    subresources: subresourcesOf(resource).map((sub) => ({
      subresource: sub.name,
      responseKind: { group: sub.group, version: sub.version, kind: sub.kind },
      verbs: sub.verbs,
    })),
  };
}

/** `/apis`: APIGroupList. */
export function groupList(resources: readonly Resource[]): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: groups(resources, false).map(([group, versions]) => groupEntry(group, versions)),
  };
}

/** `/apis/GROUP`: APIGroup, or `undefined` for an unknown group. */
export function apiGroup(resources: readonly Resource[], group: string): object | undefined {
  const found = groups(resources, false).find(([name]) => name === group);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(...found) };
}

function groupEntry(group: string, versions: readonly [string, readonly Resource[]][]) {
  const named = versions.map(([version]) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: named, preferredVersion: named[0] };
}

/** `/api/v1` or `/apis/GROUP/VERSION`: APIResourceList, or `undefined` if nothing is served there. */
export function resourceList(
  resources: readonly Resource[],
  group: string,
  version: string,
): object | undefined {
  const members = resources.filter((resource) => resource.group === group && resource.version === version);
  const [first] = members;
  if (!first) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupVersionOf(first),
    resources: members.flatMap((resource) => [
      {
        name: resource.plural,
        singularName: resource.singular,
        namespaced: resource.namespaced,
        kind: resource.kind,
        verbs: resource.review ? ['create'] : VERBS,
        shortNames: resource.shortNames,
        categories: resource.categories,
      },
      ...subresourcesOf(resource).map((sub) => ({
        name: `${resource.plural}/${sub.name}`,
        singularName: '',
        namespaced: resource.namespaced,
        group: sub.group,
        version: sub.version,
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

type Versions = [version: string, members: Resource[]][];

function groups(resources: readonly Resource[], core: boolean): [group: string, versions: Versions][] {
  const found = new Map<string, Map<string, Resource[]>>();
  for (const resource of resources) {
    if ((resource.group === '') !== core) continue;
    const versions = found.get(resource.group) ?? new Map<string, Resource[]>();
    versions.set(resource.version, [...(versions.get(resource.version) ?? []), resource]);
    found.set(resource.group, versions);
  }
  return [...found].map(([group, versions]) => [group, [...versions]]);
}
