import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Spreads TCP connections over ports of 127.0.0.1 in turn, as a Service does. */
export interface RoundRobin {
  readonly port: number;
  /** Replaces the ports, for connections from now on. */
  setPorts(ports: readonly number[]): void;
  /** Ends the connections that are open, so that clients come back and are spread anew. */
  cut(): void;
  close(): Promise<void>;
}

export async function startRoundRobin(ports: readonly number[]): Promise<RoundRobin> {
  const open = new Set<Socket>();
  let targets = ports;
  let turn = 0;
  const server = createServer((near) => {
    const port = targets[turn % targets.length] ?? 0;
    turn += 1;
    const far = connect(port, '127.0.0.1');
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    setPorts(next) {
      targets = next;
    },
    cut,
    async close() {
      cut();
      await once(server.close(), 'close');
    },
  };
}
