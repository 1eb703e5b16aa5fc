import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request with its body. */
export interface Incoming {
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface LocalServer {
  url: string;
  /** Every request so far, in order. */
  requests: Incoming[];
  /** Resolves once so many requests have come in. */
  received(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts an HTTP server on 127.0.0.1 that answers as the test says; one that never answers is well too. */
export async function startLocalServer(
  handle: (request: Incoming, response: ServerResponse) => void,
): Promise<LocalServer> {
  const requests: Incoming[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer(async (message, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk);
    const request = {
      method: message.method ?? '',
      url: new URL(message.url ?? '/', 'http://server'),
      headers: message.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(request);
    for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    received(count) {
      if (requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
