import type { V1PolicyRule } from '@kubernetes/client-node';
import type { Kube, KubeRequest, WatchRequest } from '../../../shared/kube/kube.ts';

/** One request, in the words of RBAC. */
export interface UsedRight {
  verb: string;
  group: string;
  /** With its subresource, such as `pods/eviction`. */
  resource: string;
  name: string | undefined;
}

/** A Kube that remembers what it was asked for. */
export interface RecordingKube extends Kube {
  readonly used: readonly UsedRight[];
}

/** @param before called before each request, to do something in its way */
export function recordingKube(kube: Kube, before: (request: KubeRequest) => Promise<void>): RecordingKube {
  const used: UsedRight[] = [];
  const record = (verb: string, request: KubeRequest | WatchRequest) => {
    const right = rightFor(verb, request);
    if (right) used.push(right);
  };
  return {
    used,
    server: kube.server,
    namespace: kube.namespace,
    user: kube.user,
    serverNowMs: () => kube.serverNowMs(),
    async request(request) {
      await before(request);
      record(request.method, request);
      return kube.request(request);
    },
    watch(request) {
      record('WATCH', request);
      return kube.watch(request);
    },
    close: () => kube.close(),
  };
}

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
  WATCH: 'watch',
};

/** Undefined for discovery, which everybody may read. */
function rightFor(method: string, { path, query }: KubeRequest | WatchRequest): UsedRight | undefined {
  const [first, ...steps] = path.split('/').slice(1);
  const [group = '', , ...rest] = first === 'api' ? ['', ...steps] : steps;
  if (rest[0] === 'namespaces' && rest.length > 2) rest.splice(0, 2);
  const [plural, inPath, subresource] = rest;
  if (plural === undefined) return undefined;
  const selected = /^metadata\.name=(.+)$/.exec(String(query?.fieldSelector ?? ''))?.[1];
  return {
    verb: VERBS[method] ?? (inPath === undefined ? 'list' : 'get'),
    group,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    name: inPath ?? selected,
  };
}

/** What could be taken out of the rules: each verb on each resource that no request needed, as text. */
export function unusedRights(rules: readonly V1PolicyRule[], used: readonly UsedRight[]): string[] {
  return rules.flatMap(({ verbs, apiGroups = [], resources = [], resourceNames }) =>
    verbs.flatMap((verb) =>
      apiGroups.flatMap((group) =>
        resources
          .filter(
            (resource) => !used.some((right) => allows({ verb, group, resource, resourceNames }, right)),
          )
          .map((resource) => `${verb} ${resource} (${group || 'core'})`),
      ),
    ),
  );
}

function allows(
  cell: { verb: string; group: string; resource: string; resourceNames: string[] | undefined },
  { verb, group, resource, name }: UsedRight,
): boolean {
  const anySubresource = cell.resource.startsWith('*/') && resource.endsWith(cell.resource.slice(1));
  return (
    cell.verb === verb &&
    (cell.group === group || cell.group === '*') &&
    (cell.resource === resource || anySubresource) &&
    (cell.resourceNames === undefined || (name !== undefined && cell.resourceNames.includes(name)))
  );
}
