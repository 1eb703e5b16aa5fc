import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { BalancerTimes } from './settings.ts';
import type { LiveTarget, TargetGroup } from './target-group.ts';
import { UpstreamError } from './upstream.ts';

/** A running load balancer. */
export interface LoadBalancer {
  readonly port: number;
  close(): Promise<void>;
}

/** Headers of one connection, not of the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

const REASONS: Readonly<Record<number, string>> = {
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
  504: 'Gateway Time-out',
};

/**
 * Starts an application load balancer on a free port of 127.0.0.1, which sends each request to the next target: 502 if
 * the target breaks the connection, 504 if it does not respond in time, 503 without targets. It never closes a client's
 * connection. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
 */
export async function startLoadBalancer(group: TargetGroup, times: BalancerTimes): Promise<LoadBalancer> {
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (incoming, outgoing) => {
    const target = group.choose();
    if (!target) return refuse(outgoing, 503);
    forward(target, times, incoming, outgoing).catch((error: unknown) => {
      if (!(error instanceof UpstreamError)) throw error;
      // The client already has the headers: closing the connection is the only way to report the error.
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(outgoing, error.kind === 'timeout' ? 504 : 502);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function forward(
  { upstream }: LiveTarget,
  limits: BalancerTimes,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { method, url: path, headers } = incoming;
  const options = { ...(method && { method }), ...(path && { path }), headers: endToEnd(headers) };
  const answer = await upstream.exchange({ options, limits, send: (request) => incoming.pipe(request) });
  // The client may have disconnected; the response is then dropped.
  if (outgoing.destroyed) return void answer.destroy();
  outgoing.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  // Either end may break; the other is then destroyed, as no other signal is left.
  pipeline(answer, outgoing, () => {});
}

function endToEnd(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name)));
}

function refuse(outgoing: ServerResponse, code: number): void {
  const title = `${code} ${REASONS[code] ?? ''}`;
  outgoing.writeHead(code, { server: 'awselb/2.0', 'content-type': 'text/html' });
  outgoing.end(`<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`);
}
