import * as http2 from 'node:http2';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type TestAuthority, testAuthority } from './certificates.ts';

/** One request as the server saw it. */
export interface SeenRequest {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  headers: http2.IncomingHttpHeaders;
  /** Parsed JSON, or undefined. */
  body: unknown;
  httpVersion: string;
  /** Common name of the client's certificate, if it sent one. */
  clientName: string | undefined;
}

export type Respond = http2.Http2ServerResponse;

export interface KubeServer {
  url: string;
  port: number;
  authority: TestAuthority;
  /** Every request so far, in order. */
  requests: SeenRequest[];
  /** TLS connections opened so far. */
  connections(): number;
  /** Announces to all HTTP/2 clients that they should go elsewhere. */
  goaway(): void;
  /** Cuts all connections without a word. */
  cut(): void;
  close(): Promise<void>;
}

export interface KubeServerOptions {
  handle(request: SeenRequest, respond: Respond): void | Promise<void>;
  /** Offer HTTP/1.1 only. */
  http1Only?: boolean;
  authority?: TestAuthority;
  port?: number;
}

/** Starts a TLS server on 127.0.0.1 that speaks HTTP/2 and HTTP/1.1 and answers as the test says. */
export async function startKubeServer(options: KubeServerOptions): Promise<KubeServer> {
  const authority = options.authority ?? (await testAuthority());
  const tlsOptions = { ...authority.server, ca: authority.ca, requestCert: true, rejectUnauthorized: false };
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const sessions = new Set<http2.Http2Session>();
  let connections = 0;

  const onRequest = async (request: http2.Http2ServerRequest, respond: Respond) => {
    const seen = await readRequest(request);
    requests.push(seen);
    await options.handle(seen, respond);
  };
  const server = options.http1Only
    ? https.createServer(tlsOptions, (request, response) =>
        onRequest(request as unknown as http2.Http2ServerRequest, response as unknown as Respond),
      )
    : http2.createSecureServer({ ...tlsOptions, allowHTTP1: true }, onRequest);
  server.on('secureConnection', (socket: TLSSocket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session: http2.Http2Session) => {
    sessions.add(session);
    session.on('error', () => {});
    session.on('close', () => sessions.delete(session));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const session of sessions) session.destroy();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    authority,
    requests,
    connections: () => connections,
    goaway() {
      for (const session of sessions) session.close();
    },
    cut,
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers with JSON. */
export function json(respond: Respond, status: number, body: unknown, headers: Record<string, string> = {}) {
  respond.writeHead(status, { 'content-type': 'application/json', ...headers });
  respond.end(JSON.stringify(body));
}

/** Answers with a Status, as the API server does for an error. */
export function status(
  respond: Respond,
  code: number,
  reason: string,
  more: { message?: string; details?: unknown; headers?: Record<string, string> } = {},
) {
  const { message = `${reason} happened`, details, headers } = more;
  json(respond, code, { kind: 'Status', apiVersion: 'v1', code, reason, message, details }, headers);
}

async function readRequest(request: http2.Http2ServerRequest): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const url = new URL(request.url, 'https://server');
  const { socket } = request;
  const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
  return {
    method: request.method,
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? undefined : JSON.parse(text),
    httpVersion: request.httpVersion,
    clientName: peer?.subject?.CN as string | undefined,
  };
}
