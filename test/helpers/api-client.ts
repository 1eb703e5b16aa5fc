import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import * as z from 'zod/mini';
import { delay, systemClock } from '../../shared/clock.ts';

/** What a test sends to an API server. */
export interface ApiRequest {
  /** `GET` by default. */
  method?: 'GET' | 'PATCH';
  /** With its query. */
  path: string;
  contentType?: string;
  body?: string;
}

/** The answer, whatever its status. */
export interface ApiAnswer {
  status: number;
  text: string;
}

/**
 * Talks to an API server without a process for each call, and without any code that is under test.
 */
export interface ApiClient {
  /** Rejects when there is no connection. */
  send(request: ApiRequest): Promise<ApiAnswer>;
  /**
   * The lines of a watch, until the caller stops reading, the signal aborts or the server ends it.
   *
   * @throws Error when the answer is not 200, or the connection breaks
   */
  lines(path: string, signal: AbortSignal): AsyncIterable<string>;
  close(): void;
}

const configSchema = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }) }),
  ]),
  users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]),
});

/** A request that finds no server is sent again by whoever wants to, but not without end at once. */
const NO_SERVER_DELAY_MS = 50;

class StaleConnectionError extends Error {}

/** Makes the client of a kubeconfig file as test clusters write it: in JSON, one cluster, one user with a token. */
export function apiClient(kubeconfigPath: string): ApiClient {
  const { clusters, users } = configSchema.parse(JSON.parse(readFileSync(kubeconfigPath, 'utf8')));
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
  const agent = new Agent({ keepAlive: true, ca });

  const openOnce = async (
    { method = 'GET', path, contentType, body }: ApiRequest,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const headers = {
      authorization: `Bearer ${user.token}`,
      ...(contentType !== undefined && { 'content-type': contentType }),
    };
    const options = { method, agent, headers, ...(signal && { signal }) };
    const sent = request(new URL(path, cluster.server), options, resolve);
    // The server may close a connection in the moment in which it is used again.
    sent.on('error', (error) => reject(sent.reusedSocket ? new StaleConnectionError() : error)).end(body);
    return promise;
  };
  const open = async (given: ApiRequest, signal?: AbortSignal) => {
    for (;;) {
      try {
        return await openOnce(given, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof StaleConnectionError) continue;
        await delay(systemClock, NO_SERVER_DELAY_MS);
        throw error;
      }
    }
  };
  return {
    async send(given) {
      const answer = await open(given);
      return { status: answer.statusCode ?? 0, text: await text(answer) };
    },
    async *lines(path, signal) {
      signal.throwIfAborted();
      const answer = await open({ path }, signal);
      try {
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${await text(answer)}`);
        yield* linesOf(answer);
        signal.throwIfAborted();
      } finally {
        answer.destroy();
      }
    },
    close: () => agent.destroy(),
  };
}

async function* linesOf(answer: IncomingMessage): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
