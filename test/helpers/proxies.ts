import * as http from 'node:http';
import * as net from 'node:net';

/** A proxy that leads everything to one port of this machine, whatever it is asked for. */
export interface TestProxy {
  /** `127.0.0.1:PORT` */
  address: string;
  /** `host:port` of each connection that was asked for. */
  targets: string[];
  close(): Promise<void>;
}

/** Speaks CONNECT, as HTTP proxies do. */
export function startHttpProxy(toPort: number): Promise<TestProxy> {
  const targets: string[] = [];
  const server = http.createServer().on('connect', (request, near: net.Socket) => {
    targets.push(request.url ?? '');
    const far = net.connect(toPort, '127.0.0.1', () => {
      near.write('HTTP/1.1 200 OK\r\n\r\n');
      join(near, far);
    });
  });
  return listen(server, targets);
}

/**
 * Speaks SOCKS 5 (RFC 1928) with names, as kubectl asks.
 *
 * @param login that it wants (RFC 1929); without one it wants none
 */
export function startSocksProxy(
  toPort: number,
  login?: { user: string; password: string },
): Promise<TestProxy> {
  const targets: string[] = [];
  const server = net.createServer((near) => {
    let state: 'greeting' | 'login' | 'request' = 'greeting';
    near.on('error', () => near.destroy());
    near.on('data', function onData(data: Buffer) {
      if (state === 'greeting') {
        const method = login ? 2 : 0;
        const offered = data.subarray(2, 2 + (data[1] ?? 0)).includes(method);
        near.write(Buffer.from([5, offered ? method : 0xff]));
        state = login ? 'login' : 'request';
        return;
      }
      if (state === 'login') {
        const userEnd = 2 + (data[1] ?? 0);
        const user = data.subarray(2, userEnd).toString();
        const password = data.subarray(userEnd + 1).toString();
        near.write(Buffer.from([1, user === login?.user && password === login.password ? 0 : 1]));
        state = 'request';
        return;
      }
      near.off('data', onData);
      targets.push(addressIn(data));
      const far = net.connect(toPort, '127.0.0.1', () => {
        near.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]));
        join(near, far);
      });
    });
  });
  return listen(server, targets);
}

function addressIn(request: Buffer): string {
  if (request[3] === 3) {
    const end = 5 + (request[4] ?? 0);
    return `${request.subarray(5, end).toString()}:${request.readUInt16BE(end)}`;
  }
  return `${[...request.subarray(4, 8)].join('.')}:${request.readUInt16BE(8)}`;
}

function join(near: net.Socket, far: net.Socket): void {
  far.on('error', () => near.destroy());
  near.on('error', () => far.destroy());
  near.pipe(far).pipe(near);
}

async function listen(server: net.Server, targets: string[]): Promise<TestProxy> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    targets,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
