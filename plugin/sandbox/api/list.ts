import { jsonOf, type KubeObject, keyOf } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import { badRequest, continueExpired, expired, StatusError, tooLargeVersion } from './errors.ts';
import { filterOf, wholeNumber } from './query.ts';
import { groupVersionOf, type Resource } from './resources.ts';
import { matches } from './selectors.ts';
import { viewOf } from './view.ts';

/** One page of a list, in the order of the keys. */
export interface Page {
  objects: readonly KubeObject[];
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}

/** Where the next page starts: the store's version and the last key. */
interface Token {
  version: number;
  after: string;
}

/**
 * Lists a resource with selectors, pages and the semantics of resourceVersion
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#semantics-for-get-and-list).
 *
 * @throws StatusError BadRequest, Expired (410), or Timeout (504) for a version that does not exist yet
 */
export function listPage(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): Page {
  const token = readToken(query.get('continue'));
  const limit = wholeNumber(query, 'limit') ?? 0;
  const version = token?.version ?? requestedVersion(store, query);
  const all =
    version === store.version
      ? store.list(resource.storage, namespace)
      : store.listAt(resource.storage, version, namespace);
  if (!all) throw token ? continueExpired() : expired(version, store.version);

  const filter = filterOf(resource, query);
  const selected = filter.labels !== undefined || filter.fields.length > 0;
  const found = selected ? all.filter((object) => matches(filter, object)) : all;
  const rest = token ? found.filter((object) => keyOf(object) > token.after) : found;
  const objects = limit > 0 ? rest.slice(0, limit) : rest;
  const last = objects.at(-1);
  const remaining = rest.length - objects.length;
  const metadata: Page['metadata'] = { resourceVersion: String(version) };
  if (remaining > 0 && last) {
    metadata.continue = writeToken({ version, after: keyOf(last) });
    if (!selected) metadata.remainingItemCount = remaining;
  }
  return { objects, metadata };
}

/** JSON of a list. Items of built-in kinds omit kind and apiVersion, as in a real API server. */
export function listJson(resource: Resource, page: Page): string {
  const header = {
    kind: `${resource.kind}List`,
    apiVersion: groupVersionOf(resource),
    metadata: page.metadata,
  };
  const items = page.objects.map((object) => itemJson(resource, viewOf(resource, object)));
  return `${JSON.stringify(header).slice(0, -1)},"items":[${items.join(',')}]}`;
}

function itemJson(resource: Resource, object: KubeObject): string {
  const json = jsonOf(object);
  if (resource.printerColumns) return json;
  const typeFields = `{"apiVersion":"${object.apiVersion}","kind":"${object.kind}",`;
  return json.startsWith(typeFields) ? `{${json.slice(typeFields.length)}` : json;
}

function requestedVersion(store: Store, query: URLSearchParams): number {
  const asked = wholeNumber(query, 'resourceVersion');
  const match = query.get('resourceVersionMatch');
  if (match && asked === undefined)
    throw new StatusError(
      422,
      'Invalid',
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    );
  if (asked === undefined || asked === 0) return store.version;
  if (asked > store.version) throw tooLargeVersion(asked, store.version);
  const exact = match === 'Exact' || (!match && query.has('limit') && query.get('limit') !== '0');
  return exact ? asked : store.version;
}

function writeToken(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.version, start: token.after })).toString(
    'base64url',
  );
}

function readToken(text: string | null): Token | undefined {
  if (!text) return undefined;
  try {
    const { rv, start } = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (typeof rv === 'number' && typeof start === 'string') return { version: rv, after: start };
  } catch {
    // falls through to the error below
  }
  throw badRequest('continue key is not valid');
}
