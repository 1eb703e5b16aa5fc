/** Where an API server is and how to reach and trust it. */
export interface Endpoint {
  /** Base URL, perhaps with a path below which the API lives (as behind Rancher). */
  url: URL;
  tls: ServerTrust;
  /** URL of the proxy to go through. */
  proxy: URL | undefined;
}

export interface ServerTrust {
  /** PEM certificates of the authorities to trust; the machine's own when undefined. */
  ca: string | undefined;
  /** Name to ask for and to expect in the certificate, instead of the URL's host. */
  serverName: string | undefined;
  /** Accept any certificate. */
  insecure: boolean;
}

/** What proves who we are: a client certificate, an Authorization header, or both or none. */
export interface Credential {
  authorization: string | undefined;
  /** PEM. */
  cert: string | undefined;
  /** PEM. */
  key: string | undefined;
}

export interface HostAndPort {
  host: string;
  port: number;
}

/** Ports of URLs that name none, by their protocol; 443 for others. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'socks5:': 1080, 'socks5h:': 1080 };

/** Where the URL's server listens. */
export function hostAndPort(url: URL): HostAndPort {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (PORTS[url.protocol] ?? 443) : Number(url.port);
  return { host, port };
}

/** Proves nothing. */
export const ANONYMOUS: Credential = { authorization: undefined, cert: undefined, key: undefined };
