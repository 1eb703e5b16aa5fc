import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createListener, type Socket } from 'node:net';

/** An HTTP server that can stop listening without closing its connections. */
export interface PodServer {
  /** Refuses new connections from now on; open ones continue. */
  stopListening(): void;
  /** Resets all connections and their requests. */
  kill(): void;
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1. It never closes idle connections: behind a load balancer a server
 * must keep them longer than the load balancer does.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
 *
 * @param onListening called with the port, unless the server was stopped before
 */
export function startPodServer(listener: RequestListener, onListening: (port: number) => void): PodServer {
  const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, listener);
  const sockets = new Set<Socket>();
  // Closing an http.Server closes idle connections too; a plain TCP listener does not.
  const tcp = createListener((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    http.emit('connection', socket);
  });
  let listens = true;
  tcp.listen(0, '127.0.0.1', () => {
    if (listens) onListening((tcp.address() as AddressInfo).port);
  });
  const stopListening = () => {
    if (!listens) return;
    listens = false;
    tcp.close();
  };
  return {
    stopListening,
    kill() {
      stopListening();
      for (const socket of sockets) socket.resetAndDestroy();
    },
  };
}
