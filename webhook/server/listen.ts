import { once } from 'node:events';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { KeyPair } from '../tls/issue.ts';

export interface Listener {
  readonly port: number;
  /** Takes no more connections, lets those under way finish, and resolves when none is left. */
  close(): Promise<void>;
}

export interface SecureListener extends Listener {
  /** Serves another certificate to connections that begin from now on. */
  setCertificate(pair: KeyPair): void;
}

export interface Address {
  /** All addresses of the machine when undefined. */
  host: string | undefined;
  /** 0 lets the system choose. */
  port: number;
}

/** Longer than the 90 s after which the API server closes an idle connection: the server must not be first. */
const KEEP_ALIVE_MS = 120_000;

export async function listenHttps(app: Hono, address: Address, pair: KeyPair): Promise<SecureListener> {
  const server = createHttpsServer({ ...pair, minVersion: 'TLSv1.2' }, getRequestListener(app.fetch));
  const listener = await listen(server, address);
  return {
    ...listener,
    setCertificate: (next) => server.setSecureContext({ ...next, minVersion: 'TLSv1.2' }),
  };
}

export function listenHttp(app: Hono, address: Address): Promise<Listener> {
  return listen(createHttpServer(getRequestListener(app.fetch)), address);
}

async function listen(server: HttpServer | HttpsServer, { host, port }: Address): Promise<Listener> {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
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
