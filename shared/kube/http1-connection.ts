import * as http from 'node:http';
import type { Duplex } from 'node:stream';
import { type Answer, type Connection, type Exchange, WireError } from './wire.ts';

/** Well above a browser's limit, but below the API server's default of requests in flight. */
const MAX_SOCKETS = 64;

/**
 * A pool of keep-alive HTTP/1.1 connections, for servers and proxies that do not support HTTP/2.
 *
 * @param server the API server's URL
 * @param dialSocket opens another connection; rejects with WireError
 */
export function openHttp1(server: URL, dialSocket: () => Promise<Duplex>): Connection {
  const agent = new DialAgent(dialSocket);
  let retired = false;
  let underWay = 0;

  function open({ method, path, headers, body, signal }: Exchange): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const request = http.request({
        agent,
        method,
        path,
        host: server.host,
        headers: {
          ...headers,
          host: server.host,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        },
        signal,
      });
      underWay += 1;
      request.on('close', () => {
        underWay -= 1;
        if (retired && underWay === 0) agent.destroy();
      });
      request.on('error', (error) => reject(signal.aborted ? signal.reason : failure(server, error)));
      request.on('response', (response) =>
        resolve({
          status: response.statusCode ?? 0,
          header: (name) => headerText(response.headers[name]),
          body: readBody(response, signal, server),
        }),
      );
      request.end(body);
    });
  }

  return {
    get usable() {
      return !retired;
    },
    get closed() {
      return retired && underWay === 0;
    },
    async exchange(exchange) {
      exchange.signal.throwIfAborted();
      return open(exchange);
    },
    retire() {
      retired = true;
      if (underWay === 0) agent.destroy();
    },
    destroy() {
      retired = true;
      agent.destroy();
    },
  };
}

/** Returns sockets whose TLS handshake is already complete. */
class DialAgent extends http.Agent {
  readonly #dialSocket: () => Promise<Duplex>;

  constructor(dialSocket: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS });
    this.#dialSocket = dialSocket;
  }

  override createConnection(
    _options: http.ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#dialSocket().then(
      (socket) => callback?.(null, socket),
      (error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
    return undefined;
  }
}

async function* readBody(
  response: http.IncomingMessage,
  signal: AbortSignal,
  server: URL,
): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    throw signal.aborted ? signal.reason : failure(server, error);
  }
  if (signal.aborted) throw signal.reason;
}

function failure(server: URL, error: unknown): WireError {
  if (error instanceof WireError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new WireError(`lost the connection to ${server.origin}: ${why}`, { sent: true, cause: error });
}

function headerText(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
