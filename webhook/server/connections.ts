import type { Server, Socket } from 'node:net';

/** The connections of a server, bounded in number. */
export interface Connections {
  /** Spares the connection with this peer when there are too many: it has shown that it is the API server's. */
  trust(peer: Peer): void;
}

/** A TLS socket and the socket below it have the same. */
export type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>;

/**
 * Keeps a server to so many connections. When there are too many, the oldest one that is not trusted is closed, so that
 * strangers who open connections and leave them do not keep the API server out; when all are trusted, the newest is.
 */
export function boundConnections(server: Server, most: number): Connections {
  const untrusted = new Map<string, Socket>();
  const trusted = new Map<string, Socket>();

  server.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    // Those that are closed leave the map a little later.
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
