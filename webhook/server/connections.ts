import type { Server, Socket } from 'node:net';

/** The connections of a server, bounded in number. */
export interface Connections {
  /** Keeps the connection with this peer when there are too many: the peer has proved to be the API server. */
  trust(peer: Peer): void;
}

/** A TLS socket and the socket below it have the same peer. */
export type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/**
 * Limits the number of connections of a server. At the limit, the oldest untrusted connection is closed, so that other
 * clients with idle connections cannot block the API server; if all are trusted, the newest is closed.
 */
export function boundConnections(server: Server, most: number): Connections {
  const untrusted = new Map<string, Socket>();
  const trusted = new Map<string, Socket>();

  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    // Closed connections are removed from the map a little later.
    if (untrusted.size + trusted.size >= most) {
      const [oldest = ['', socket] as const] = untrusted;
      untrusted.delete(oldest[0]);
      oldest[1].destroy();
    }
    if (socket.destroyed) return;
    untrusted.set(key, socket);
    socket.once('close', () => {
      untrusted.delete(key);
      trusted.delete(key);
    });
  });

  return {
    trust(peer) {
      const key = keyOf(peer);
      const socket = untrusted.get(key);
      if (!socket) return;
      untrusted.delete(key);
      trusted.set(key, socket);
    },
  };
}

function keyOf({ remoteAddress, remotePort }: Peer): string {
  return `${remoteAddress} ${remotePort}`;
}
