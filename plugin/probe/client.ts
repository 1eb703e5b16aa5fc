import * as http from 'node:http';
import * as https from 'node:https';
import { CONNECTIONS, type Connection } from '../../shared/drive/probe-news.ts';
import { VERSION } from '../../shared/version.ts';
import { networkReason } from './network-reason.ts';

/** A response: its status, and how the body was cut off, if it was. */
export interface Answer {
  code: number;
  /** `502 Bad Gateway`. */
  statusLine: string;
  broken: string | undefined;
}

/** Sends requests to one address. */
export interface ProbeClient {
  /**
   * One GET, including the complete body. Redirects are responses. A kept-alive connection closed by the server is a
   * failure: not every client retries.
   *
   * @throws the signal's reason if it aborts before there is a status
   * @throws Error with the network's message if there is no response
   */
  ask(connection: Connection, signal: AbortSignal): Promise<Answer>;
  /** Closes all connections. */
  close(): void;
}

/**
 * Creates the client of an address. A user and password in it are sent as basic authentication. No proxy is used,
 * regardless of the environment: the probe must take the path of the service's own clients.
 */
export function probeClient(url: URL): ProbeClient {
  const { Agent, request } = url.protocol === 'https:' ? https : http;
  const agents = new Map(
    CONNECTIONS.map((connection) => [connection, new Agent({ keepAlive: connection === 'kept-alive' })]),
  );
  const headers = { 'user-agent': `kubectl-zone/${VERSION}`, accept: '*/*', 'cache-control': 'no-cache' };
  return {
    ask: (connection, signal) =>
      new Promise((resolve, reject) => {
        const why = (error: Error) =>
          signal.aborted ? asError(signal.reason) : new Error(networkReason(error));
        const outgoing = request(url, { agent: agents.get(connection), headers, signal }, (response) => {
          const { statusCode: code = 0, statusMessage = '' } = response;
          const statusLine = `${code} ${statusMessage}`.trim();
          response.on('error', (error) =>
            resolve({ code, statusLine, broken: `the answer broke off: ${why(error).message}` }),
          );
          response.on('end', () => resolve({ code, statusLine, broken: undefined }));
          response.resume();
        });
        outgoing.on('error', (error) => reject(why(error))).end();
      }),
    close() {
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
