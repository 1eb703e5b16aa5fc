import { VERSION } from '../version.ts';

/** The response to a GET. */
export interface GetAnswer {
  status: number;
  /** `503 Service Unavailable`, or only the code if the server sends no reason phrase. */
  statusLine: string;
  /** The target of a redirect; empty for other responses. */
  location: string;
  /** The body as text, up to the limit. */
  body: string;
  /** Whether the body was truncated. */
  cut: boolean;
}

/**
 * One GET over HTTP or HTTPS. Redirects are returned and not followed. The URL's user and password are sent
 * as basic authentication.
 *
 * @param mostBytes how much of the body to read for a status; with 0 the body is not awaited
 * @throws the signal's reason when it aborts
 * @throws Error if there is no response; its message is the network error
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

/** A URL for messages: without password and query, both of which may be secret. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname === '/' ? '' : url.pathname}`;
}

/** fetch rejects URLs with a password. */
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
  // Breaking out of the loop cancels the rest.
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > mostBytes) break;
  }
  return { text: Buffer.concat(chunks).subarray(0, mostBytes).toString('utf8'), cut: size > mostBytes };
}

/**
 * fetch only reports "fetch failed": the reason is its cause, or for a name with several addresses the causes' causes.
 */
function networkMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return networkMessage(cause.errors[0]);
  return cause instanceof Error ? networkMessage(cause) : error.message;
}
