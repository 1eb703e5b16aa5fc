import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PodNetwork, Route } from '../../../../plugin/sandbox/services/http/network.ts';

/** A network of servers that a test holds in its hands. */
export interface TestNetwork extends PodNetwork {
  /** A server at an address, on port 80. */
  serve(podIP: string, listener: RequestListener): Promise<Server>;
  set(podIP: string, route: Route): void;
  close(): void;
}

export function testNetwork(): TestNetwork {
  const routes = new Map<string, Route>();
  const servers: Server[] = [];
  return {
    route: (podIP) => routes.get(podIP) ?? { kind: 'gone' },
    async serve(podIP, listener) {
      const server = createServer({ keepAliveTimeout: 0 }, listener);
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      routes.set(podIP, { kind: 'open', port: (server.address() as AddressInfo).port });
      return server;
    },
    set: (podIP, route) => void routes.set(podIP, route),
    close() {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}
