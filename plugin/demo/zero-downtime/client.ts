import { setMaxListeners } from 'node:events';
import { Agent, get } from 'node:http';
import type { Code } from './tally.ts';

/** Sends GET requests to one port of this machine. */
export interface HttpClient {
  /** Resolves with what came of it; never rejects. */
  get(): Promise<Code>;
  /** Closes all connections; requests on them end without an answer. */
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
  // Each request under way listens; older versions of Node take more than ten for a leak.
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
      // An answer counts when its last byte is there.
      incoming.on('end', () => resolve(incoming.statusCode ?? 'none'));
      incoming.on('aborted', () => resolve('none'));
      incoming.resume();
    });
    outgoing.on('error', () => resolve('none'));
  });
}
