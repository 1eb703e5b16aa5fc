import { ApiError, type Kube } from '../../shared/kube/kube.ts';
import { resourcePath } from '../../shared/kube/paths.ts';

/** A pod or a Service behind the API server's proxy. */
export interface ProxyPlace {
  resource: 'pods' | 'services';
  namespace: string;
  /** `[https:]NAME[:PORT]`. */
  name: string;
  /** Of the page, with a slash in front. */
  path: string;
}

/** What the server behind the proxy answered. */
export interface ProxyReply {
  status: number;
  /** Parsed when it came as JSON, else text; of an answer that is not 2xx only the beginning, in some words of ours. */
  body: unknown;
}

/**
 * One GET through the API server's proxy, sent once, that asks for JSON.
 *
 * @param timeoutMs how long it may take
 * @throws ApiError when the API server itself refuses, or cannot reach what is behind it
 * @throws ConnectionError when the API server does not answer in time
 */
export async function getThroughProxy(
  kube: Kube,
  { resource, namespace, name, path }: ProxyPlace,
  { timeoutMs, signal }: { timeoutMs: number; signal: AbortSignal },
): Promise<ProxyReply> {
  const proxy = resourcePath({ group: '', version: 'v1', resource, namespace, name, subresource: 'proxy' });
  try {
    const body = await kube.request({
      method: 'GET',
      path: `${proxy}${path}`,
      retry: 'never',
      timeoutMs,
      signal,
    });
    return { status: 200, body };
  } catch (error) {
    // A Status has a reason and comes from the API server itself; without one it is the other server who answers.
    if (error instanceof ApiError && error.reason === '') return { status: error.code, body: error.message };
    throw error;
  }
}
