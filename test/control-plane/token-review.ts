import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import * as z from 'zod/mini';
import type { Identity } from './credentials.ts';

/**
 * A token review webhook: the API server asks it about tokens that it does not know itself, so that tests can make
 * users at any time (the static token file is read only once).
 */
export interface TokenReviewer {
  /** Where the API server has to send its reviews. */
  readonly url: string;
  /** From now on this identity's token is accepted. */
  add(identity: Identity): void;
  close(): Promise<void>;
}

const TokenReview = z.object({ spec: z.object({ token: z.string() }) });

/** Starts the webhook on a free port of 127.0.0.1. */
export async function startTokenReviewer(): Promise<TokenReviewer> {
  const known = new Map<string, Identity>();
  const server = createServer((request, response) => {
    readJson(request).then(
      (body) => {
        const found = known.get(TokenReview.parse(body).spec.token);
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(review(found)));
      },
      () => response.writeHead(400).end(),
    );
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the token reviewer has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    add: (identity) => void known.set(identity.token, identity),
    async close() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/** The answer to a review: authenticated as this identity, or not at all. */
function review(found: Identity | undefined): object {
  const status = found
    ? { authenticated: true, user: { username: found.user, uid: found.user, groups: found.groups } }
    : { authenticated: false };
  return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
