import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { KeyPair } from '../tls/issue.ts';
import { boundConnections, type Connections } from './connections.ts';

export interface Listener {
  readonly port: number;
  /** Stops accepting connections, lets requests in flight finish, and resolves when all connections are closed. */
  close(): Promise<void>;
}

export interface SecureListener extends Listener {
  readonly connections: Connections;
  /** Serves another certificate on new connections. */
  setCertificate(pair: KeyPair): void;
}

/** What answers requests. */
export interface App {
  fetch: Parameters<typeof getRequestListener>[0];
}

export interface Address {
  /** All addresses of the machine if undefined. */
  host: string | undefined;
  /** 0 lets the system choose. */
  port: number;
}

/** Which clients may connect: all if undefined. */
export interface ClientVerification {
  /** PEM of the CAs whose client certificates are accepted. */
  ca: string;
  /** Accepted common names; any if empty. */
  names: readonly string[];
}

export interface Limits {
  connections: number;
  /** From the connection, or the last response, to the last byte of the headers. */
  headersMs: number;
  /** From the last byte of the headers to the last byte of the body. */
  requestMs: number;
  handshakeMs: number;
  /** Longer than the 90 s after which the API server closes an idle connection: the server must not close it first. */
  idleMs: number;
}

/** API servers open one for each eviction in flight, and keep 25 of them. */
export const LIMITS: Limits = {
  connections: 1_000,
  headersMs: 10_000,
  requestMs: 15_000,
  handshakeMs: 10_000,
  idleMs: 120_000,
};
/** How often slow connections are checked. */
const CHECK_MS = 1_000;

/** @param clients if set, client certificates are required */
export async function listenHttps(
  app: App,
  address: Address,
  pair: KeyPair,
  { clients, limits = LIMITS }: { clients?: ClientVerification | undefined; limits?: Limits } = {},
): Promise<SecureListener> {
  const context = (served: KeyPair) => ({
    ...served,
    minVersion: 'TLSv1.2' as const,
    ...(clients && { ca: clients.ca }),
  });
  const server = createHttpsServer(
    {
      ...context(pair),
      ...(clients && { requestCert: true, rejectUnauthorized: true }),
      ...timeouts(limits),
      handshakeTimeout: limits.handshakeMs,
    },
    getRequestListener(app.fetch),
  );
  if (clients && clients.names.length > 0) {
    server.on('secureConnection', (socket) => {
      const name = socket.getPeerCertificate().subject?.CN;
      if (typeof name !== 'string' || !clients.names.includes(name)) socket.destroy();
    });
  }
  const connections = boundConnections(server, limits.connections);
  const listener = await listen(server, address, limits);
  return { ...listener, connections, setCertificate: (next) => server.setSecureContext(context(next)) };
}

export function listenHttp(app: App, address: Address, limits = LIMITS): Promise<Listener> {
  const server = createHttpServer(timeouts(limits), getRequestListener(app.fetch));
  boundConnections(server, limits.connections);
  return listen(server, address, limits);
}

function timeouts({ headersMs, requestMs }: Limits) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, headersMs),
  };
}

async function listen(
  server: HttpServer | HttpsServer,
  { host, port }: Address,
  { idleMs }: Limits,
): Promise<Listener> {
  server.keepAliveTimeout = idleMs;
  server.listen(port, host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
