import { setMaxListeners } from 'node:events';
import { Agent, get } from 'node:http';
import type { Code } from './tally.ts';

/** Sends GET requests to one port of this machine. */
export interface HttpClient {
  /** Resolves with the result; never rejects. */
  get(): Promise<Code>;
  /** Closes all connections; requests on them end without a response. */
  close(): void;
}

/** A client with a new connection for each request, closed afterwards. */
export function freshClient(port: number): HttpClient {
  return clientOf(port, new Agent({ keepAlive: false }));
}

/** @param connections how many it keeps open; further requests wait for a free one */
export function keptAliveClient(port: number, connections: number): HttpClient {
  return clientOf(port, new Agent({ keepAlive: true, maxSockets: connections }));
}

function clientOf(port: number, agent: Agent): HttpClient {
  const closed = new AbortController();
  const { signal } = closed;
  // Each request in flight adds a listener; older versions of Node report more than ten as a leak.
  setMaxListeners(0, signal);
  return {
    get: () => ask({ port, agent, signal }),
    close() {
      closed.abort();
      agent.destroy();
    },
  };
}

function ask(where: { port: number; agent: Agent; signal: AbortSignal }): Promise<Code> {
  return new Promise((resolve) => {
    const outgoing = get({ host: '127.0.0.1', path: '/', ...where }, (incoming) => {
      incoming.on('error', () => resolve('none'));
      // A response counts when its last byte has arrived.
      incoming.on('end', () => resolve(incoming.statusCode ?? 'none'));
      incoming.on('aborted', () => resolve('none'));
      incoming.resume();
    });
    outgoing.on('error', () => resolve('none'));
  });
}
