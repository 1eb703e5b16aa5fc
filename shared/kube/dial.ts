import { once } from 'node:events';
import * as http from 'node:http';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { type Credential, type Endpoint, type HostAndPort, hostAndPort } from './endpoint.ts';
import { isSocks } from './proxy.ts';
import { WireError } from './wire.ts';

/** An open connection to an API server and the negotiated protocol. */
export interface Dialled {
  socket: net.Socket;
  protocol: 'h2' | 'http/1.1';
}

/**
 * Idle time after which TCP probes the peer (libuv then probes every second, ten times). This detects a
 * half-open HTTP/1.1 connection; HTTP/2 has its own ping.
 */
const TCP_KEEP_ALIVE_MS = 15_000;

/**
 * Opens a TCP connection to the endpoint, through its proxy if there is one, and performs the TLS handshake.
 *
 * @throws WireError, never `sent`; `final` if a retry would fail the same way
 * @throws the signal's reason when it aborts
 */
export async function dial(
  endpoint: Endpoint,
  credential: Credential,
  protocols: readonly Dialled['protocol'][],
  signal: AbortSignal,
): Promise<Dialled> {
  let socket: net.Socket | undefined;
  const onAbort = () => socket?.destroy(new Error('aborted'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const remember = (opened: net.Socket) => {
      socket = opened;
    };
    const tcp = await openTcp(endpoint, remember, signal);
    if (endpoint.url.protocol === 'http:') return { socket: tcp, protocol: 'http/1.1' };
    const secure = secureSocket(tcp, endpoint, credential, protocols);
    remember(secure);
    await once(secure, 'secureConnect');
    return { socket: secure, protocol: secure.alpnProtocol === 'h2' ? 'h2' : 'http/1.1' };
  } catch (error) {
    socket?.destroy();
    if (signal.aborted) throw signal.reason;
    throw dialError(endpoint, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function openTcp(
  endpoint: Endpoint,
  remember: (socket: net.Socket) => void,
  signal: AbortSignal,
): Promise<net.Socket> {
  const { url, proxy } = endpoint;
  if (proxy !== undefined) return tunnel(endpoint, proxy, remember, signal);
  const socket = net.connect({ ...hostAndPort(url), noDelay: true });
  remember(socket);
  await once(socket, 'connect');
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  return socket;
}

/** A tunnel through a proxy: by SOCKS 5, or by CONNECT through an HTTP or HTTPS proxy. */
async function tunnel(
  { url, tls: trust }: Endpoint,
  proxy: URL,
  remember: (socket: net.Socket) => void,
  signal: AbortSignal,
): Promise<net.Socket> {
  const to = hostAndPort(url);
  const at = hostAndPort(proxy);
  const socket =
    proxy.protocol === 'https:' ? tls.connect({ ...at, ...proxyTrust(at.host, trust) }) : net.connect(at);
  remember(socket);
  await once(socket, proxy.protocol === 'https:' ? 'secureConnect' : 'connect');
  socket.setNoDelay(true);
  socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
  if (isSocks(proxy)) await connectBySocks(socket, proxy, to);
  else await connectByHttp(socket, proxy, to, signal);
  return socket;
}

/** An HTTPS proxy may have a certificate from the cluster's CA, as kubectl requires, or from a public one. */
function proxyTrust(host: string, { ca, insecure }: Endpoint['tls']): tls.ConnectionOptions {
  return {
    ...(net.isIP(host) === 0 && { servername: host }),
    ca: [...(ca === undefined ? [] : [ca]), ...systemAuthorities()],
    rejectUnauthorized: !insecure,
  };
}

/** The proxy resolves names itself, as with kubectl. */
async function connectBySocks(socket: net.Socket, proxy: URL, to: HostAndPort): Promise<void> {
  const { SocksClient } = await import('socks');
  const { username, password } = proxy;
  try {
    await SocksClient.createConnection({
      command: 'connect',
      destination: to,
      existing_socket: socket,
      proxy: {
        ...hostAndPort(proxy),
        type: 5,
        ...(username !== '' && {
          userId: decodeURIComponent(username),
          password: decodeURIComponent(password),
        }),
      },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what = `SOCKS proxy ${proxy.host} cannot connect to ${authorityOf(to)}: ${why}`;
    throw new WireError(what, { sent: false, final: /authentication/i.test(why), cause: error });
  }
}

async function connectByHttp(
  socket: net.Socket,
  proxy: URL,
  to: HostAndPort,
  signal: AbortSignal,
): Promise<void> {
  const authority = authorityOf(to);
  const request = http.request({
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...proxyAuthorization(proxy) },
    createConnection: () => socket,
    signal,
  });
  request.end();
  const [response] = (await Promise.race([once(request, 'connect'), once(request, 'response')])) as [
    http.IncomingMessage,
  ];
  if (response.statusCode !== 200) {
    throw new WireError(`proxy ${proxy.origin} refuses to connect to ${authority}: ${response.statusCode}`, {
      sent: false,
      final: response.statusCode === 407 || response.statusCode === 403,
    });
  }
}

function authorityOf({ host, port }: HostAndPort): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function proxyAuthorization(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function secureSocket(
  socket: net.Socket,
  { url, tls: trust }: Endpoint,
  credential: Credential,
  protocols: readonly Dialled['protocol'][],
): tls.TLSSocket {
  const expected = trust.serverName ?? hostAndPort(url).host;
  return tls.connect({
    socket,
    // The certificate must match this name or address; an address is not sent as SNI (RFC 6066).
    host: expected,
    ...(net.isIP(expected) === 0 && { servername: expected }),
    ca: trust.ca ?? systemAuthorities(),
    rejectUnauthorized: !trust.insecure,
    ALPNProtocols: [...protocols],
    ...(credential.cert !== undefined && { cert: credential.cert }),
    ...(credential.key !== undefined && { key: credential.key }),
  });
}

/** kubectl trusts the operating system's CAs if the kubeconfig names none; company CAs are often installed there. */
function systemAuthorities(): string[] {
  return [...tls.getCACertificates('default'), ...tls.getCACertificates('system')];
}

const TRUST_HINTS: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet (is the clock right?)',
};
const STRANGER = 'its certificate is signed by an authority that is not in the kubeconfig';
/** OpenSSL's verification errors, by Node's names. */
const VERIFICATION_CODE = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|INVALID_CA|PATH_LENGTH_)/;

function dialError({ url, proxy }: Endpoint, error: unknown): WireError {
  if (error instanceof WireError) return error;
  const code = errorCode(error);
  const via = proxy === undefined ? '' : ` through proxy ${proxy.protocol}//${proxy.host}`;
  if (VERIFICATION_CODE.test(code)) {
    return new WireError(
      `cannot trust ${url.origin}${via}: ${TRUST_HINTS[code] ?? STRANGER}; ` +
        'see certificate-authority in the kubeconfig, or --certificate-authority',
      { sent: false, final: true, cause: error },
    );
  }
  return new WireError(`cannot connect to ${url.origin}${via}: ${reasonText(code, url, error)}`, {
    sent: false,
    final: code === 'ENOTFOUND' || /^ERR_(TLS|SSL|OSSL)_/.test(code),
    cause: error,
  });
}

function reasonText(code: string, url: URL, error: unknown): string {
  if (code === 'ECONNREFUSED') return 'connection refused (is the API server up, and the port right?)';
  if (code === 'ENOTFOUND') return `no such host ${url.hostname}`;
  if (code === 'EAI_AGAIN') return `cannot resolve ${url.hostname} now`;
  return error instanceof Error && error.message !== '' ? error.message : code || String(error);
}

function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
