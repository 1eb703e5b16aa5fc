import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createListener, type Socket } from 'node:net';

/** An HTTP server of which one can stop listening and leave its connections alone. */
export interface PodServer {
  /** Refuses new connections from now on; those there are go on. */
  stopListening(): void;
  /** Resets all connections, with the requests on them. */
  kill(): void;
}

/**
 * Starts an HTTP server on a free port of 127.0.0.1. It never closes a connection by itself: behind a load balancer a
 * server must keep idle ones for longer than that does.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#connection-idle-timeout
 *
 * @param onListening called with the port, unless the server was stopped before
 */
export function startPodServer(listener: RequestListener, onListening: (port: number) => void): PodServer {
  const http = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 }, listener);
  const sockets = new Set<Socket>();
  // Closing an http.Server closes idle connections too; a bare listener leaves them to the pod.
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
