import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { KeyPair } from '../../helpers/certificates.ts';

/** A service on 127.0.0.1 that is asked by probes, and answers as the test says. */
export interface Web {
  url: URL;
  /** 200 unless told. */
  answer: RequestListener;
  /** Connections by the order in which they were made, one entry for each request. */
  askedOver: number[];
  /** Resolves once so many requests have come in. */
  asked(count: number): Promise<void>;
  close(): Promise<void>;
}

/** @param certificate makes it one over TLS */
export async function startWeb(certificate?: KeyPair): Promise<Web> {
  const sockets: Socket[] = [];
  const waiting = new Set<() => void>();
  const listener: RequestListener = (request, response) => {
    if (!sockets.includes(request.socket)) sockets.push(request.socket);
    web.askedOver.push(sockets.indexOf(request.socket));
    web.answer(request, response);
    for (const look of waiting) look();
  };
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  const web: Web = {
    url: new URL('http://127.0.0.1'),
    answer: (_, response) => response.end('well'),
    askedOver: [],
    asked: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (web.askedOver.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const scheme = certificate ? 'https' : 'http';
  web.url = new URL(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/shop?key=secret`);
  return web;
}
