import { readFile } from 'node:fs/promises';
import { request } from 'node:https';

/** One answer of the API server. */
export interface Answer {
  code: number;
  /** The parsed JSON body, or the text where it is none. */
  body: unknown;
}

/** Sends one request and hands over the answer, whatever its code. Rejects when there is none. */
export type Api = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object) => Promise<Answer>;

/**
 * The harness's own access to the API server, one connection a request. The code under test is not used here: a
 * fault in it must not take down the cluster that would show it.
 *
 * @param caPath read at every call, because the API server writes its certificate when it starts
 */
export function makeApi(server: { url: string; caPath: string }, token: string): Api {
  return async (method, path, body) => {
    const ca = await readFile(server.caPath);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        new URL(path, server.url),
        {
          method,
          ca,
          agent: false,
          timeout: 5_000,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () =>
            resolve({ code: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) }),
          );
        },
      );
      outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
