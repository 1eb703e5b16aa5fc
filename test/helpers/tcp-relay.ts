import * as net from 'node:net';

export interface TcpRelay {
  port: number;
  /** Lets everything vanish from now on, as a network does that a laptop has left: nothing is closed or refused. */
  swallow(): void;
  /** Lets connections opened from now on work again; those that lost something stay silent. */
  deliver(): void;
  connections(): number;
  close(): Promise<void>;
}

/** Starts a relay on 127.0.0.1 to a port there. */
export async function startTcpRelay(toPort: number): Promise<TcpRelay> {
  const sockets = new Set<net.Socket>();
  const silenced = new WeakSet<net.Socket>();
  const live = new Set<net.Socket>();
  let swallowing = false;
  let connections = 0;
  const server = net.createServer((near) => {
    connections += 1;
    const far = net.connect(toPort, '127.0.0.1');
    if (!swallowing) live.add(near);
    const forward = (from: net.Socket, to: net.Socket) => {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (!silenced.has(near)) to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    };
    forward(near, far);
    forward(far, near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    swallow() {
      swallowing = true;
      for (const socket of live) silenced.add(socket);
      live.clear();
    },
    deliver() {
      swallowing = false;
    },
    connections: () => connections,
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
