import * as http from 'node:http';
import * as https from 'node:https';
import { CONNECTIONS, type Connection } from '../../shared/drive/probe-news.ts';
import { VERSION } from '../../shared/version.ts';
import { networkReason } from './network-reason.ts';

/** What came back: a status, and how the body broke off if it did. */
export interface Answer {
  code: number;
  /** `502 Bad Gateway`. */
  statusLine: string;
  broken: string | undefined;
}

/** Asks one address. */
export interface ProbeClient {
  /**
   * One GET, to the end of its body. Redirects are answers. A kept-alive connection on which the server hangs up is a
   * failure: not every client asks again.
   *
   * @throws the signal's reason when it aborts before there is a status
   * @throws Error in the words of the network when there is no answer
   */
  ask(connection: Connection, signal: AbortSignal): Promise<Answer>;
  /** Lets go of all connections. */
  close(): void;
}

/**
 * Makes the client of an address. A user and a password in it are sent as basic authentication. No proxy is used,
 * whatever the environment says: what is measured is the way of the service's own clients.
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
