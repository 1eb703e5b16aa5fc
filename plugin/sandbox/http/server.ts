import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Certificates } from '../certificates.ts';
import type { Incoming, Outgoing } from './requests.ts';

const MAX_SESSION_MEMORY_MB = 1000;

/** An HTTPS server for HTTP/2 and HTTP/1.1 that can be stopped and restarted on the same port. */
export class Server {
  private readonly certificates: Certificates;
  private readonly handle: (incoming: Incoming, outgoing: Outgoing) => void;
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly sockets = new Set<Socket>();
  private server: Http2SecureServer | undefined;
  private boundPort = 0;

  constructor(certificates: Certificates, handle: (incoming: Incoming, outgoing: Outgoing) => void) {
    this.certificates = certificates;
    this.handle = handle;
  }

  /** The port, 0 before the first `open`; constant afterwards. */
  get port(): number {
    return this.boundPort;
  }

  /** Listens on 127.0.0.1; idempotent. */
  async open(): Promise<void> {
    if (this.server) return;
    const server = createSecureServer({
      allowHTTP1: true,
      key: this.certificates.key,
      cert: this.certificates.cert,
      settings: { maxConcurrentStreams: 1000 },
      // The default of 10 MB rejects new streams while a few lists of 2,000 pods are being sent.
      maxSessionMemory: MAX_SESSION_MEMORY_MB,
    });
    this.server = server;
    server.on('request', this.handle);
    server.on('session', (session) => this.track(this.sessions, session));
    server.on('connection', (socket: Socket) => this.track(this.sockets, socket));
    // A client that disconnects during a handshake or request is not a server error.
    server.on('sessionError', () => {});
    server.on('clientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.boundPort, '127.0.0.1', () => resolve());
    });
    this.boundPort = (server.address() as AddressInfo).port;
  }

  /** Closes every connection and refuses new ones. */
  async close(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const session of this.sessions) session.destroy();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private track<T extends { on(event: 'close', listener: () => void): unknown }>(
    set: Set<T>,
    connection: T,
  ): void {
    set.add(connection);
    connection.on('close', () => set.delete(connection));
  }
}
