/** Requests to pods and Services through the API server's proxy, with the operator's own permissions. */
import * as z from 'zod/mini';
import { UserError } from '../errors.ts';
import { ApiError, type Kube } from '../kube/kube.ts';
import { resourcePath } from '../kube/paths.ts';

/** A page of a pod or a Service behind the API server's proxy. */
export interface ProxiedPage {
  resource: 'pods' | 'services';
  namespace: string;
  /** `[https:]NAME[:PORT]`. */
  name: string;
  /** Of the page, with a leading slash. */
  path: string;
  query?: Readonly<Record<string, string>>;
}

/** The response of the server behind the proxy. */
export interface ProxyReply {
  status: number;
  /**
   * Parsed if it is JSON, otherwise text; for a response other than 2xx only its beginning, within a message of ours.
   */
  body: unknown;
}

/** For callers whose signal is the only time limit. */
const LONG_ENOUGH_MS = 3_600_000;

/**
 * One GET through the API server's proxy, sent once, requesting JSON.
 *
 * @param where the page is, for messages
 * @param timeoutMs time limit; by default only the signal limits it
 * @throws UserError if the API server refuses for a reason that only the operator can fix
 * @throws Error if the API server cannot reach the server behind it
 * @throws ConnectionError if the API server does not respond in time
 */
export async function getThroughProxy(
  kube: Kube,
  page: ProxiedPage,
  where: string,
  { timeoutMs = LONG_ENOUGH_MS, signal }: { timeoutMs?: number; signal: AbortSignal },
): Promise<ProxyReply> {
  const { resource, namespace, name, path, query } = page;
  const proxy = resourcePath({ group: '', version: 'v1', resource, namespace, name, subresource: 'proxy' });
  try {
    const body = await kube.request({
      method: 'GET',
      path: `${proxy}${path}`,
      ...(query && { query }),
      retry: 'never',
      timeoutMs,
      signal,
    });
    return { status: 200, body };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A Status with a reason comes from the API server itself; without one the response is from the server behind it.
    if (error.reason === '') return { status: error.code, body: error.message };
    throw await refusal(kube, error, page, where, signal);
  }
}

/** A missing pod was just removed; a missing Service was misspelt. */
async function refusal(
  kube: Kube,
  error: ApiError,
  page: ProxiedPage,
  where: string,
  signal: AbortSignal,
): Promise<Error> {
  const { resource, namespace } = page;
  const refused = `cannot reach ${where} through the API server`;
  const message = `${refused}: ${error.message}`;
  if (error.code === 401 || error.code === 403) {
    return new UserError(
      message,
      `your user needs permission to get ${resource}/proxy in ${namespace}`,
      error,
    );
  }
  if (resource !== 'services') return new Error(message, { cause: error });
  const fix = `list the Services: kubectl -n ${namespace} get services`;
  if (error.code === 400 || error.code === 404) return new UserError(message, fix, error);
  const lacking = error.code === 503 ? await whatIsLacking(kube, page, signal) : undefined;
  if (lacking === undefined) return new Error(message, { cause: error });
  return new UserError(`${refused}: ${lacking}`, fix, error);
}

const Service = z.object({
  spec: z.object({
    ports: z._default(z.array(z.object({ name: z._default(z.string(), ''), port: z.number() })), []),
  }),
});

/**
 * Since Kubernetes 1.37 the proxy responds with 503 both for a Service without endpoints and for one that does not
 * exist, so the Service itself is read.
 *
 * @returns what only the operator can fix; undefined if the Service has the requested port, or may not be read
 */
async function whatIsLacking(
  kube: Kube,
  { namespace, name }: ProxiedPage,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { service, port } = partsOf(name);
  try {
    const path = resourcePath({ group: '', version: 'v1', resource: 'services', namespace, name: service });
    const { spec } = Service.parse(await kube.request({ method: 'GET', path, retry: 'never', signal }));
    const found = port === undefined || spec.ports.some((each) => [each.name, `${each.port}`].includes(port));
    return found ? undefined : `the Service "${service}" has no port "${port}"`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof ApiError && error.code === 404
      ? `there is no Service "${service}" in namespace ${namespace}`
      : undefined;
  }
}

/** The parts of `NAME`, `NAME:PORT` or `https:NAME:PORT`. */
function partsOf(name: string): { service: string; port: string | undefined } {
  const parts = name.split(':');
  const [service = '', port] = parts.length === 3 ? parts.slice(1) : parts;
  return { service, port: port || undefined };
}
