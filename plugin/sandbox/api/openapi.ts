import { groupVersionOf, type Resource } from './resources.ts';

/**
 * Minimal OpenAPI v3 for kubectl: it looks up the PATCH operation of a kind and, if that has the parameters
 * `fieldValidation` and `dryRun`, leaves validation to the server (cli-runtime, QueryParamVerifierV3). There is no
 * strategic merge schema, so that kubectl computes patches from its built-in types.
 */
export function openApiIndex(resources: readonly Resource[]): object {
  const paths: Record<string, { serverRelativeURL: string }> = {};
  for (const resource of resources) {
    const root = rootOf(resource);
    paths[root] = { serverRelativeURL: `/openapi/v3/${root}` };
  }
  return { paths };
}

/**
 * The document of one group version.
 *
 * @param root `api/v1` or `apis/GROUP/VERSION`
 * @returns undefined if nothing is served there
 */
export function openApiDocument(resources: readonly Resource[], root: string): object | undefined {
  const members = resources.filter((resource) => rootOf(resource) === root && !resource.review);
  if (members.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'sandbox' },
    paths: Object.fromEntries(
      members.map((resource) => [pathOf(resource), { patch: patchOperation(resource) }]),
    ),
    components: { schemas: {} },
  };
}

function patchOperation({ group, version, kind }: Resource): object {
  const parameter = (name: string) => ({ name, in: 'query', schema: { type: 'string', uniqueItems: true } });
  return {
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
    parameters: [parameter('dryRun'), parameter('fieldManager'), parameter('fieldValidation')],
    requestBody: { content: { 'application/merge-patch+json': { schema: {} } }, required: true },
    responses: { 200: { description: 'OK' } },
  };
}

function rootOf(resource: Resource): string {
  return `${resource.group ? 'apis' : 'api'}/${groupVersionOf(resource)}`;
}

function pathOf(resource: Resource): string {
  const scope = resource.namespaced ? '/namespaces/{namespace}' : '';
  return `/${rootOf(resource)}${scope}/${resource.plural}/{name}`;
}
