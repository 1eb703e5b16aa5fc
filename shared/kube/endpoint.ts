/** Where an API server is, and how to reach and trust it. */
export interface Endpoint {
  /** Base URL, with an optional path prefix (as behind Rancher). */
  url: URL;
  tls: ServerTrust;
  /** URL of the proxy to use. */
  proxy: URL | undefined;
}

export interface ServerTrust {
  /** PEM certificates of the trusted CAs; the system's CAs if undefined. */
  ca: string | undefined;
  /** Name for SNI and certificate verification, instead of the URL's host. */
  serverName: string | undefined;
  /** Accept any certificate. */
  insecure: boolean;
}

/** A client certificate, an Authorization header, both or neither. */
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

/** Default ports by protocol; 443 for others. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'socks5:': 1080, 'socks5h:': 1080 };

/** The host and port that the URL's server listens on. */
export function hostAndPort(url: URL): HostAndPort {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (PORTS[url.protocol] ?? 443) : Number(url.port);
  return { host, port };
}
