import type { Clock } from '../../../shared/clock.ts';
import type { User } from '../api/admission-review.ts';
import { internal, StatusError, unauthorized } from '../api/errors.ts';
import { type ApiRequest, json, type Reply } from '../api/message.ts';
import { isProxied } from '../services/proxy.ts';
import type { Faults } from './faults.ts';
import { negotiate } from './negotiate.ts';
import { type Incoming, type Outgoing, readBody, respond } from './requests.ts';

/** Handles API requests; throws StatusError for every unsuccessful response. */
export type Handler = (request: ApiRequest) => Promise<Reply>;

/** Paths that need no token, as on a default API server. */
const PUBLIC = /^\/(healthz|livez|readyz|version)(\/|$)/;

/**
 * The outermost layer: authentication, injected faults, content negotiation, and errors as Status objects.
 *
 * @returns the listener for the server's requests
 */
export function front(
  handler: Handler,
  options: { token: string; faults: Faults; clock: Clock },
): (incoming: Incoming, outgoing: Outgoing) => void {
  const answer = async (incoming: Incoming): Promise<Reply> => {
    const url = new URL(incoming.url ?? '/', 'https://sandbox');
    const method = incoming.method ?? 'GET';
    try {
      const user = authenticate(incoming, options.token, url.pathname);
      options.faults.check(method, url.pathname);
      const { accept = '' } = incoming.headers;
      // The server behind the proxy negotiates itself.
      const representation = isProxied(url.pathname) ? 'json' : negotiate(accept);
      if (!representation) throw notAcceptable();
      return await handler({
        method,
        path: url.pathname,
        query: url.searchParams,
        representation,
        accept,
        contentType: incoming.headers['content-type'],
        userAgent: incoming.headers['user-agent'] ?? '',
        user,
        body: () => readBody(incoming),
      });
    } catch (error) {
      return errorReply(error);
    }
  };
  return (incoming, outgoing) => {
    // A response may still be written to after its client has disconnected.
    outgoing.on('error', () => {});
    // A real API server sends the time with every response; the sandbox sends that of its clock.
    outgoing.setHeader('date', new Date(options.clock.nowMs()).toUTCString());
    void answer(incoming).then((reply) => {
      if (!outgoing.destroyed) respond(outgoing, reply);
    });
  };
}

function authenticate(incoming: Incoming, token: string, path: string): User {
  const { authorization } = incoming.headers;
  if (authorization !== `Bearer ${token}`) {
    if (authorization === undefined && PUBLIC.test(path))
      return { username: 'system:anonymous', groups: ['system:unauthenticated'] };
    throw unauthorized();
  }
  const impersonated = incoming.headers['impersonate-user'];
  if (typeof impersonated !== 'string')
    return { username: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] };
  const groups = incoming.headers['impersonate-group'];
  const asked = typeof groups === 'string' ? groups.split(',').map((group) => group.trim()) : (groups ?? []);
  return { username: impersonated, groups: [...asked, 'system:authenticated'] };
}

function notAcceptable(): StatusError {
  return new StatusError(
    406,
    'NotAcceptable',
    'only the following media types are accepted: application/json, application/json;as=Table;g=meta.k8s.io;v=v1',
  );
}

/** An error as a Status reply; an unexpected one becomes an InternalError, and a warning with its stack. */
function errorReply(error: unknown): Reply {
  const known = error instanceof StatusError ? error : unexpected(error);
  const reply = json(known.code, known.status());
  const retryAfterS = known.details?.retryAfterSeconds;
  return reply.kind === 'json' && retryAfterS !== undefined ? { ...reply, retryAfterS } : reply;
}

function unexpected(error: unknown): StatusError {
  const fault = error instanceof Error ? error : new Error(String(error));
  process.emitWarning(fault);
  return internal(fault.message);
}
