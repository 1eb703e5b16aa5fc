import { VERSION } from '../version.ts';

/** What a server answered to a GET. */
export interface GetAnswer {
  status: number;
  /** `503 Service Unavailable`, or only the code where the server sends no words. */
  statusLine: string;
  /** Where a redirect points; empty for other answers. */
  location: string;
  /** The body as text, as far as it was wanted. */
  body: string;
  /** Whether the body goes on. */
  cut: boolean;
}

/**
 * One GET over HTTP or HTTPS. Redirects are answers and are not followed. User and password of the URL are sent as
 * basic authentication.
 *
 * @param mostBytes how much of the body of an answer with this status is read; with 0 it is not waited for
 * @throws the signal's reason when it aborts
 * @throws Error when there is no answer; its message says why in the words of the network
 */
export async function get(
  address: URL,
  mostBytes: (status: number) => number,
  signal: AbortSignal,
): Promise<GetAnswer> {
  const { url, authorization } = withoutCredentials(address);
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal,
      headers: { 'user-agent': `kubectl-zone/${VERSION}`, ...(authorization && { authorization }) },
    });
    const { status, statusText, headers } = response;
    const { text, cut } = await readBody(response, mostBytes(status));
    const statusLine = `${status} ${statusText}`.trim();
    return { status, statusLine, location: headers.get('location') ?? '', body: text, cut };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new Error(networkMessage(error), { cause: error });
  }
}

/** A URL as messages may show it: without password and query, both of which may be secret. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
}

/** fetch refuses URLs that carry a password. */
function withoutCredentials(address: URL): { url: URL; authorization: string | undefined } {
  if (address.username === '' && address.password === '') return { url: address, authorization: undefined };
  const url = new URL(address);
  const pair = [address.username, address.password].map(decodeURIComponent).join(':');
  url.username = '';
  url.password = '';
  return { url, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

async function readBody(response: Response, mostBytes: number): Promise<{ text: string; cut: boolean }> {
  if (mostBytes === 0) {
    await response.body?.cancel();
    return { text: '', cut: false };
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the rest.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > mostBytes) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8'), cut: size > mostBytes };
}

/** fetch only says "fetch failed": the reason is its cause, or for a name with several addresses the causes' causes. */
function networkMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return networkMessage(cause.errors[0]);
  return cause instanceof Error ? networkMessage(cause) : error.message;
}
