import { AGGREGATED, aggregated, apiGroup, groupList, resourceList } from './discovery.ts';
import { methodNotAllowed } from './errors.ts';
import { type ApiRequest, json, type Reply } from './message.ts';
import { openApiDocument, openApiIndex } from './openapi.ts';
import type { Resource } from './resources.ts';

/** The Kubernetes version that the sandbox emulates. */
const VERSION = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.0+sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'sandbox',
};

/** Discovery, OpenAPI, version and health; `undefined` for other paths. */
export function meta(resources: readonly Resource[], request: ApiRequest): Reply | undefined {
  const path = request.path.replace(/\/$/, '');
  const reply = /^\/(healthz|livez|readyz)/.test(path)
    ? ({ kind: 'text', code: 200, text: 'ok' } as const)
    : document(resources, path, request);
  if (reply && request.method !== 'GET') throw methodNotAllowed();
  return reply;
}

function document(resources: readonly Resource[], path: string, request: ApiRequest): Reply | undefined {
  if (path === '/version') return json(200, VERSION);
  if (path === '/api' || path === '/apis') return root(resources, path === '/api', request);
  if (path === '/openapi/v3') return json(200, openApiIndex(resources));
  const found = documentAt(resources, path.split('/').slice(1));
  return found && json(200, found);
}

function root(resources: readonly Resource[], core: boolean, request: ApiRequest): Reply {
  if (request.representation === 'aggregated')
    return {
      kind: 'json',
      code: 200,
      json: JSON.stringify(aggregated(resources, core)),
      contentType: AGGREGATED,
    };
  return json(
    200,
    core ? { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] } : groupList(resources),
  );
}

function documentAt(resources: readonly Resource[], steps: readonly string[]): object | undefined {
  const [first, second = '', third = ''] = steps;
  if (first === 'openapi' && second === 'v3') return openApiDocument(resources, steps.slice(2).join('/'));
  if (first === 'api' && steps.length === 2) return resourceList(resources, '', second);
  if (first === 'apis' && steps.length === 2) return apiGroup(resources, second);
  if (first === 'apis' && steps.length === 3) return resourceList(resources, second, third);
  return undefined;
}
